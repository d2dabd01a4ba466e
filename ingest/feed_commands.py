"""What `copydesk feeds add|discover|import|export` do: each returns its exit code and says what it did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ingest.feedlist.discovery import Discovery, FoundFeed
from ingest.feedlist.feed_list_writing import add_feeds
from ingest.feedlist.opml import SETTINGS, write_opml
from ingest.feedlist.sources import FeedSource, SourcesError, new_feed, read_feed_list
from ingest.speaker import OK, SOMETHING_FAILED, WRONG_USE, Speaker
from ingest.web.guard import without_user_info

NAME_MAX: Final = 256


async def add(
    url: str, *, feed_list: Path, discovery: Discovery | None, speaker: Speaker | None = None, **settings: Any
) -> int:
    """Adds a feed by its own URL, or by the URL of its site. ``discovery=None``: unasked, as it is.

    ``settings`` are fields of a feed; what is None is not set.
    """
    speaker = speaker or Speaker()
    given = address(url, speaker)
    try:
        feed = new_feed(url=given, **settings)
        if discovery is not None:
            found = await discovery.discover(feed.url, first_only=True)
            if not found:
                speaker.say(f"{feed.url} was not added: no feed was found there.")
                return SOMETHING_FAILED
            speaker.say(f"{found[0].url}: {found[0].sentence}.")
            name = feed.name or (found[0].title or "")[:NAME_MAX] or None
            feed = replace(feed, url=found[0].url, name=name)
        added = add_feeds(feed_list, [feed])
    except SourcesError as error:
        speaker.say(str(error))
        return WRONG_USE
    speaker.say(f"Added {feed.url} to {feed_list}." if added else f"{feed.url} is in {feed_list} already.")
    return OK


def address(url: str, speaker: Speaker) -> str:
    """The address that was meant: https where no scheme is given, without what must not be in a list."""
    given = url if "://" in url else f"https://{url}"
    bare = without_user_info(given)
    if bare != given:
        speaker.say(
            "User name and password in an address are not kept; give them in the feed list as a header from the "
            'environment: headers = { Authorization = "$NEWS_AUTHORIZATION" }.'
        )
    return bare


async def discover(url: str, *, discovery: Discovery, as_json: bool = False, speaker: Speaker | None = None) -> int:
    """Prints each feed that is found. 1 when there is none."""
    speaker = speaker or Speaker()
    try:
        feed = new_feed(url=address(url, speaker))
    except SourcesError as error:
        speaker.say(str(error))
        return WRONG_USE
    found = await discovery.discover(feed.url)
    for one in found:
        speaker.result(json.dumps(_as_json(one), ensure_ascii=False) if as_json else _as_line(one))
    if not found:
        speaker.say(f"No feed was found at {feed.url}.")
        return SOMETHING_FAILED
    speaker.say(f"Take one with: copydesk feeds add {found[0].url}")
    return OK


def _as_json(found: FoundFeed) -> dict[str, Any]:
    newest = found.newest.isoformat(timespec="seconds") if found.newest else None
    fields = asdict(found) | {"newest": newest, "says": found.sentence}
    return {name: value for name, value in fields.items() if name != "sentence"}


def _as_line(found: FoundFeed) -> str:
    newest = f", newest {found.newest:%Y-%m-%d %H:%M} UTC" if found.newest else ""
    return f"{found.url}  {found.sentence}{newest}"


def import_feeds(source: Path, *, feed_list: Path, speaker: Speaker | None = None) -> int:
    """Takes the feeds of an OPML file (or another feeds.toml) into ``feed_list``; what is there stays.

    1 when an outline was left out because its address is none, or the file ends in the middle; a feed that is there
    already, or twice, is no failure.
    """
    speaker = speaker or Speaker()
    try:
        taken = read_feed_list(source)
        added = add_feeds(feed_list, taken.feeds)
    except SourcesError as error:
        speaker.say(str(error))
        return WRONG_USE
    for note in taken.notes:
        speaker.say(note)
    known, left_out = len(taken.feeds) - len(added), len(taken.notes) - (not taken.whole)
    speaker.say(f"Added {len(added)} feeds to {feed_list}; {known} were there already, {left_out} were left out.")
    secret = sum(bool(feed.headers) for feed in added)
    if secret:
        speaker.say(f"The headers of {secret} feeds are secrets and were not taken over; add them by hand.")
    return SOMETHING_FAILED if taken.unusable or not taken.whole else OK


def export(feeds: Sequence[FeedSource], *, file: Path | None, at: datetime, speaker: Speaker | None = None) -> int:
    """Writes the list as OPML 2.0 to ``file``, else to stdout."""
    speaker = speaker or Speaker()
    written = write_opml([_outline(feed) for feed in feeds], title="Copydesk", at=at)
    if file is None:
        speaker.out.write(written.decode("utf-8"))
    else:
        try:
            file.write_bytes(written)
        except OSError as error:
            speaker.say(f"{file} cannot be written: {error.strerror}.")
            return WRONG_USE
    speaker.say(f"Exported {len(feeds)} feeds{f' to {file}' if file else ''}.")
    secret = sum(bool(feed.headers) for feed in feeds)
    if secret:
        speaker.say(f"The headers of {secret} feeds are secrets and were left out; feeds.toml itself keeps them.")
    return OK


def _outline(feed: FeedSource) -> dict[str, Any]:
    plain = FeedSource(url=feed.url)
    settings = {name: getattr(feed, name) for name in SETTINGS if getattr(feed, name) != getattr(plain, name)}
    return {"url": feed.url, "name": feed.name, "tags": feed.tags, "language": feed.language, **settings}

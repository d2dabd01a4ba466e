"""What `copydesk feeds add|discover|import|export` do: each returns its exit code and says what it did."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from yarl import URL

from ingest.documents.web_pages import FEED_NAMES
from ingest.feedlist.discovery import Discovery, FoundFeed
from ingest.feedlist.feed_list_writing import add_feeds
from ingest.feedlist.opml import SETTINGS, write_opml
from ingest.feedlist.sources import FeedSource, SourcesError, new_feed, read_feed_list, web_address
from ingest.speaker import OK, SOMETHING_FAILED, WRONG_USE, Speaker, feeds_counted
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
            name = feed.name or default_name(found[0], taken=_names(feed_list))
            feed = replace(feed, url=found[0].url, name=name)
        added = add_feeds(feed_list, [feed])
    except SourcesError as error:
        speaker.say(str(error))
        return WRONG_USE
    if added:
        speaker.say(f"Added {feed.url} to {feed_list}.")
        return OK
    return _known(feed, feed_list, [name for name, value in settings.items() if value], speaker)


def _known(feed: FeedSource, feed_list: Path, given: Sequence[str], speaker: Speaker) -> int:
    """A feed that is listed stays as it is listed: a list may be laid out by hand. 1 when something was asked of it."""
    known = f"{feed.url} is in {feed_list} already"
    if not given:
        speaker.say(f"{known}.")
        return OK
    speaker.say(f"{known} and was left as it is: change its {', '.join(given)} there.")
    return SOMETHING_FAILED


def default_name(found: FoundFeed, *, taken: Collection[str | None]) -> str | None:
    """What a feed is called that was given no name: its own title, where that says more than that it is a feed, else
    its host. None, by which its whole URL is shown, when another feed is called so: names tell sources apart."""
    title = (found.title or "")[:NAME_MAX]
    name = title if title and title.casefold() not in FEED_NAMES else URL(found.url).host
    return None if name in taken else name


def _names(feed_list: Path) -> Collection[str | None]:
    return {feed.name for feed in read_feed_list(feed_list).feeds} if feed_list.exists() else ()


def address(url: str, speaker: Speaker) -> str:
    """The address that was meant: https where no scheme is given, without what must not be in a list."""
    given = web_address(url) if "://" in url or url.lower().startswith("feed:") else f"https://{url}"
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
    if not taken.feeds and not taken.notes:
        speaker.say(f"{source} holds no feed.")
        return WRONG_USE
    known, left_out = len(taken.feeds) - len(added), len(taken.notes) - (not taken.whole)
    speaker.say(f"Added {feeds_counted(len(added))} to {feed_list}; there already: {known}, left out: {left_out}.")
    secret = sum(bool(feed.headers) for feed in added)
    if secret:
        speaker.say(f"Secret headers of {feeds_counted(secret)} were not taken over; add them by hand.")
    return SOMETHING_FAILED if taken.unusable or not taken.whole else OK


def export(
    feeds: Sequence[FeedSource],
    *,
    file: Path | None,
    at: datetime,
    overwrite: bool = False,
    speaker: Speaker | None = None,
) -> int:
    """Writes the list as OPML 2.0 to ``file``, else to stdout. A file that is there stays, unless ``overwrite``."""
    speaker = speaker or Speaker()
    written = write_opml([_outline(feed) for feed in feeds], title="Copydesk", at=at)
    if file is None:
        speaker.out.write(written.decode("utf-8"))
    else:
        try:
            # A device or a pipe is there to be written to.
            with file.open("wb" if overwrite or (file.exists() and not file.is_file()) else "xb") as stream:
                stream.write(written)
        except FileExistsError:
            speaker.say(f"{file} is there already; --force overwrites it.")
            return WRONG_USE
        except OSError as error:
            speaker.say(f"{file} cannot be written: {error.strerror}.")
            return WRONG_USE
    speaker.say(f"Exported {feeds_counted(len(feeds))}{f' to {file}' if file else ''}.")
    secret = sum(bool(feed.headers) for feed in feeds)
    if secret:
        speaker.say(f"Secret headers of {feeds_counted(secret)} were left out; feeds.toml itself keeps them.")
    return OK


def _outline(feed: FeedSource) -> dict[str, Any]:
    plain = FeedSource(url=feed.url)
    settings = {name: getattr(feed, name) for name in SETTINGS if getattr(feed, name) != getattr(plain, name)}
    return {"url": feed.url, "name": feed.name, "tags": feed.tags, "language": feed.language, **settings}

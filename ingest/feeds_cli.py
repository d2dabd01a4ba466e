"""The commands of `copydesk feeds`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli_options import Data, Json, Reach

if TYPE_CHECKING:
    from ingest.feedlist.discovery import Discovery
    from ingest.feedlist.sources import FeedSource

Feeds = Annotated[
    Path | None, typer.Option("--feeds", metavar="FILE", help="feeds.toml or OPML; default DATA/feeds.toml.")
]


FullText = Annotated[
    str | None, typer.Option("--full-text", metavar="RULE", help="auto, always or never: fetch its articles' pages.")
]


def make_feeds_commands(reach: Reach) -> typer.Typer:
    """`feeds add|check|discover|export|import|list`. Only `list` needs the Redis in which the feeds' states are."""
    feeds = typer.Typer(no_args_is_help=True, help="The feed list: add to it, check it, see each feed's health.")
    feeds.command("add")(add)
    feeds.command("check")(check)
    feeds.command("discover")(discover)
    feeds.command("export")(export)
    feeds.command("import")(import_)
    feeds.command("list")(_list_command(reach))
    return feeds


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed's address, or a site's.")],
    name: Annotated[str | None, typer.Option(help="How the source is called.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone of times stated without one.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP 47; where an article does not tell.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag (repeatable).")] = None,
    interval_minutes: Annotated[int | None, typer.Option("--interval-minutes", help="Between two polls.")] = None,
    full_text: FullText = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Add it as it is, without asking it.")] = False,
    data: Data = None,
) -> None:
    """Ask the address once and add the feed to DATA/feeds.toml; of a site, the feed that it names."""
    from ingest import feed_commands  # noqa: PLC0415

    settings: dict[str, Any] = {
        "name": name,
        "timezone": timezone,
        "language": language,
        "tags": tuple(tag or ()),
        "interval_minutes": interval_minutes,
        "full_text": full_text,
    }

    async def ask_and_add() -> int:
        if unchecked:
            return await feed_commands.add(url, feed_list=_own(data), discovery=None, **settings)
        async with _discovery(data) as discovery:
            return await feed_commands.add(url, feed_list=_own(data), discovery=discovery, **settings)

    raise typer.Exit(asyncio.run(ask_and_add()))


def discover(
    url: Annotated[str, typer.Argument(metavar="URL", help="Any page of a site.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Find a site's feeds: what the page names, else its links, the usual places, its sitemaps. Adds nothing."""
    from ingest import feed_commands  # noqa: PLC0415

    async def look() -> int:
        async with _discovery(data) as discovery:
            return await feed_commands.discover(url, discovery=discovery, as_json=as_json)

    raise typer.Exit(asyncio.run(look()))


def check(feeds: Feeds = None, as_json: Json = False, data: Data = None) -> None:
    """Ask every feed of a list once and say what is wrong with it."""
    from ingest import feed_health  # noqa: PLC0415
    from ingest.bootstrap import make_fetcher  # noqa: PLC0415
    from ingest.documents.feed_reader import FeedReader  # noqa: PLC0415
    from ingest.settings import load_settings  # noqa: PLC0415

    async def ask_all() -> int:
        settings = load_settings(data=data)
        async with make_fetcher(settings) as fetcher, FeedReader() as reader:
            return await feed_health.check(
                _listed(feeds, data),
                fetcher=fetcher,
                reader=reader,
                concurrency=settings.poll_concurrency,
                host_pause_seconds=settings.host_pause_seconds,
                as_json=as_json,
            )

    raise typer.Exit(asyncio.run(ask_all()))


def export(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Where to; stdout if not given.")] = None,
    feeds: Feeds = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE when it is there.")] = False,
    data: Data = None,
) -> None:
    """Write the feed list as OPML 2.0, which other programs read; `feeds import` reads it back."""
    from ingest import feed_commands  # noqa: PLC0415

    raise typer.Exit(feed_commands.export(_listed(feeds, data), file=file, at=datetime.now(UTC), overwrite=force))


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file, or another feeds.toml.")],
    data: Data = None,
) -> None:
    """Add the feeds of a file to DATA/feeds.toml; what is there stays."""
    from ingest import feed_commands  # noqa: PLC0415

    raise typer.Exit(feed_commands.import_feeds(file, feed_list=_own(data)))


def _list_command(reach: Reach) -> Callable[..., None]:
    def list_(feeds: Feeds = None, as_json: Json = False, data: Data = None) -> None:
        """Each feed's health: last success, next poll, failures, entries."""
        from ingest import feed_health  # noqa: PLC0415
        from ingest.bootstrap import redis_client  # noqa: PLC0415
        from ingest.polling.state import FeedStates  # noqa: PLC0415

        async def show(redis_url: str) -> int:
            async with aclosing(redis_client(redis_url)) as redis:
                return await feed_health.list_feeds(
                    _listed(feeds, data), states=FeedStates(redis), now=datetime.now(UTC), as_json=as_json
                )

        with reach(data, worker=False) as redis_url:
            code = asyncio.run(show(redis_url))
        raise typer.Exit(code)

    return list_


@asynccontextmanager
async def _discovery(data: Path | None) -> AsyncIterator[Discovery]:
    """The way out, through the guard, and the reading children."""
    from ingest.bootstrap import open_discovery  # noqa: PLC0415
    from ingest.settings import load_settings  # noqa: PLC0415
    from ingest.speaker import Speaker  # noqa: PLC0415

    async with open_discovery(load_settings(data=data), say=Speaker().say) as discovery:
        yield discovery


def _own(data: Path | None) -> Path:
    from ingest.settings import load_settings  # noqa: PLC0415

    own = load_settings(data=data).feeds_file
    own.parent.mkdir(parents=True, exist_ok=True)
    return own


def _listed(feeds: Path | None, data: Path | None) -> Sequence[FeedSource]:
    from ingest.feedlist.sources import SourcesError, read_feed_list  # noqa: PLC0415
    from ingest.poll_command import feeds_file  # noqa: PLC0415

    found = feeds_file(feeds, data=data)
    if found is None:
        raise SourcesError("There is no feed list yet; copydesk feeds add URL makes one.")
    return read_feed_list(found).feeds

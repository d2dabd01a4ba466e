"""The commands of `copydesk feeds`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli_options import Data, Json, Reach

if TYPE_CHECKING:
    from ingest.documents.feed_reader import FeedReader
    from ingest.feedlist.sources import FeedSource
    from ingest.web.fetcher import Fetcher

Feeds = Annotated[
    Path | None, typer.Option("--feeds", metavar="FILE", help="feeds.toml or OPML; default DATA/feeds.toml.")
]


def make_feeds_commands(reach: Reach) -> typer.Typer:
    """`feeds add|check|import|list`. Only `list` needs the Redis in which the feeds' states are."""
    feeds = typer.Typer(no_args_is_help=True, help="The feed list: add to it, check it, see each feed's health.")
    feeds.command("add")(add)
    feeds.command("check")(check)
    feeds.command("import")(import_)
    feeds.command("list")(_list_command(reach))
    return feeds


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed's address, or a site's that names its feed.")],
    name: Annotated[str | None, typer.Option(help="How the source is called.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone of times stated without one.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP 47; where an article does not tell.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag (repeatable).")] = None,
    interval_minutes: Annotated[int | None, typer.Option("--interval-minutes", help="Between two polls.")] = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Add it as it is, without asking it.")] = False,
    data: Data = None,
) -> None:
    """Ask the address once and add the feed to DATA/feeds.toml."""
    from ingest import feed_commands  # noqa: PLC0415

    async def ask_and_add() -> int:
        async with _outside(data) as (fetcher, reader):
            return await feed_commands.add(
                url,
                feed_list=_own(data),
                fetcher=fetcher,
                reader=reader,
                name=name,
                timezone=timezone,
                language=language,
                tags=tag or (),
                interval_minutes=interval_minutes,
                check=not unchecked,
            )

    raise typer.Exit(asyncio.run(ask_and_add()))


def check(feeds: Feeds = None, as_json: Json = False, data: Data = None) -> None:
    """Ask every feed of a list once and say what is wrong with it."""
    from ingest import feed_commands  # noqa: PLC0415
    from ingest.settings import load_settings  # noqa: PLC0415

    async def ask_all() -> int:
        settings = load_settings(data=data)
        async with _outside(data) as (fetcher, reader):
            return await feed_commands.check(
                _listed(feeds, data),
                fetcher=fetcher,
                reader=reader,
                concurrency=settings.poll_concurrency,
                host_pause_seconds=settings.host_pause_seconds,
                as_json=as_json,
            )

    raise typer.Exit(asyncio.run(ask_all()))


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
        from ingest import feed_commands  # noqa: PLC0415
        from ingest.bootstrap import redis_client  # noqa: PLC0415
        from ingest.polling.state import FeedStates  # noqa: PLC0415

        async def show(redis_url: str) -> int:
            async with aclosing(redis_client(redis_url)) as redis:
                return await feed_commands.list_feeds(
                    _listed(feeds, data), states=FeedStates(redis), now=datetime.now(UTC), as_json=as_json
                )

        with reach(data, worker=False) as redis_url:
            code = asyncio.run(show(redis_url))
        raise typer.Exit(code)

    return list_


@asynccontextmanager
async def _outside(data: Path | None) -> AsyncIterator[tuple[Fetcher, FeedReader]]:
    """The way out, through the guard, and the reading children."""
    from ingest.bootstrap import make_fetcher  # noqa: PLC0415
    from ingest.documents.feed_reader import FeedReader  # noqa: PLC0415
    from ingest.settings import load_settings  # noqa: PLC0415

    async with make_fetcher(load_settings(data=data)) as fetcher, FeedReader() as reader:
        yield fetcher, reader


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

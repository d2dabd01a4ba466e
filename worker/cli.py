"""The commands of `worker` that read and keep its database. Each imports what it needs when it runs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from worker.storage.quarantine import Quarantined
    from worker.storage.reading import ArticleDetail

DatabaseUrl = Callable[[Path | None], str]
"""Gives the URL of the database to use, from the command line's data folder and the settings."""

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="The data folder (COPYDESK_DATA, else ./copydesk-data).")
]
Json = Annotated[bool, typer.Option("--json", help="As JSON on stdout.")]
RawIds = Annotated[list[str], typer.Argument(metavar="ID...", help="Raw ids, or unique beginnings of them.")]


SQLITE = "sqlite:///"


def say(sentence: str) -> None:
    """One sentence to the person at the terminal; machine output alone goes to stdout."""
    typer.echo(sentence, err=True)


@contextmanager
def _engine(database_url: DatabaseUrl, data: Path | None) -> Iterator[Engine | None]:
    """The engine on a database of this release's schema; None while an embedded one has not been made yet."""
    from worker.storage.engine import make_engine  # noqa: PLC0415
    from worker.storage.migrations import check_schema  # noqa: PLC0415

    url = database_url(data)
    path = Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None
    if path and not path.exists():
        if not path.parent.is_dir():
            raise _no_folder(path.parent, data)
        yield None
        return
    engine = make_engine(url)
    try:
        check_schema(engine)
        yield engine
    finally:
        engine.dispose()


def _no_folder(folder: Path, data: Path | None) -> Exception:
    """Names what named the folder: a database's URL wins over a data folder, the command line over the environment."""
    from worker.settings import SettingsError  # noqa: PLC0415

    for variable in ("COPYDESK_DATABASE_URL", *(() if data else ("COPYDESK_DATA",))):
        if value := os.environ.get(variable):
            return SettingsError(f"{variable}={value} cannot be used: there is no folder {folder}.")
    if data:
        return typer.BadParameter(f"there is no folder {folder}", param_hint="--data")
    return SettingsError(f"There is no data folder {folder}; name another one with --data.")


def add_commands(app: typer.Typer, database_url: DatabaseUrl, *, replay: Callable[..., None]) -> None:
    """Adds this service's commands to the front desk's. ``replay`` needs both services, so it comes from there."""
    app.command("articles")(_articles_command(database_url))
    app.command("show")(_show_command(database_url))
    app.command("migrate")(_migrate_command(database_url))
    app.command("reparse")(_reparse_command(database_url))
    app.command("purge")(_purge_command(database_url))
    app.command("dedupe")(_dedupe_command(database_url))
    quarantine = _quarantine_commands(database_url)
    quarantine.command("replay")(replay)
    app.add_typer(quarantine, name="quarantine")


def _articles_command(database_url: DatabaseUrl) -> Callable[..., None]:
    def articles(
        since: Annotated[str | None, typer.Option(metavar="AGE", help="90m, 12h, 1d, 2w, or a date.")] = None,
        search: Annotated[
            str | None, typer.Option(metavar="WORDS", help="All of these words, in title or text.")
        ] = None,
        source: Annotated[str | None, typer.Option(metavar="NAME", help="Only from this source.")] = None,
        limit: Annotated[int | None, typer.Option(min=1, help="At most so many (a table: 50 unless told).")] = None,
        everything: Annotated[bool, typer.Option("--all", help="Copies and hidden articles too.")] = False,
        form: Annotated[str, typer.Option("--format", metavar="FORM", help="table, jsonl or csv.")] = "table",
        data: Data = None,
    ) -> None:
        """Read what is stored, newest first."""
        from worker.listing import FORMATS  # noqa: PLC0415

        if form not in FORMATS:
            raise typer.BadParameter(f"{form!r} is none of {', '.join(FORMATS)}", param_hint="--format")
        begin = _moment(since)
        with _engine(database_url, data) as engine:
            if engine is None:
                say("Nothing is stored yet.")
                return
            _print_articles(engine, form, since=begin, search=search, source=source, limit=limit, all_=everything)

    return articles


def _moment(text: str | None) -> datetime | None:
    from worker.since import since  # noqa: PLC0415

    try:
        return since(text, now=datetime.now(UTC)) if text else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from error


TABLE_ROWS = 50


def _print_articles(engine: Engine, form: str, *, limit: int | None, **wanted: Any) -> None:
    from worker import listing  # noqa: PLC0415
    from worker.storage import reading  # noqa: PLC0415

    if form == "table":
        from rich.console import Console  # noqa: PLC0415

        rows = list(reading.articles(engine, limit=limit or TABLE_ROWS, **wanted))
        if not rows:
            say("No article matches.")
            return
        listing.print_table(rows, Console(highlight=False, markup=False))
        if limit is None and len(rows) == TABLE_ROWS:
            say(f"The newest {TABLE_ROWS} are shown; --limit shows more, --format jsonl everything.")
        return
    lines = listing.jsonl if form == "jsonl" else listing.as_csv
    for line in lines(reading.articles(engine, limit=limit, **wanted)):
        sys.stdout.write(line + "\n")


def _show_command(database_url: DatabaseUrl) -> Callable[..., None]:
    def show(
        article_id: Annotated[str, typer.Argument(metavar="ID", help="An article's id, or a unique beginning of it.")],
        as_json: Json = False,
        data: Data = None,
    ) -> None:
        """One article: fields and where they come from, where it was seen, its revisions as a diff, its copies."""
        from worker.showing import detail_record, shown  # noqa: PLC0415

        with _engine(database_url, data) as engine:
            found = _article(engine, article_id)
        if as_json:
            typer.echo(json.dumps(detail_record(found), ensure_ascii=False))
            return
        for line in shown(found):
            typer.echo(line)

    return show


def _article(engine: Engine | None, article_id: str) -> ArticleDetail:
    """Raises typer.BadParameter for a beginning of an id that is not exactly one article's."""
    from worker.storage.reading import NoArticle, SeveralArticles, article  # noqa: PLC0415

    found = article(engine, article_id) if engine else NoArticle(prefix=article_id)
    if isinstance(found, NoArticle):
        raise typer.BadParameter(f"no article has the id {article_id!r}; copydesk articles lists them", param_hint="ID")
    if isinstance(found, SeveralArticles):
        raise typer.BadParameter(f"several ids begin so: {', '.join(found.public_ids)}", param_hint="ID")
    return found


def _dedupe_command(database_url: DatabaseUrl) -> Callable[..., None]:
    def dedupe(
        explain: Annotated[
            tuple[str, str],
            typer.Option(metavar="A B", help="Ids of articles, or files of raw articles; two files need no store."),
        ],
        as_json: Json = False,
        data: Data = None,
    ) -> None:
        """Why two articles are, or are not, one story: what they share in numbers, and how they got there."""
        from worker.explain_command import NotFoundError, explanation_of, names_file  # noqa: PLC0415
        from worker.explaining import explained, explanation_record  # noqa: PLC0415

        files_alone = all(map(names_file, explain))
        with nullcontext() if files_alone else _engine(database_url, data) as engine:
            try:
                found = explanation_of(engine, *explain)
            except NotFoundError as error:
                raise typer.BadParameter(str(error), param_hint="--explain") from error
        if as_json:
            typer.echo(json.dumps(explanation_record(found), ensure_ascii=False))
            return
        for line in explained(found):
            typer.echo(line)

    return dedupe


def _migrate_command(database_url: DatabaseUrl) -> Callable[..., None]:
    def migrate(data: Data = None) -> None:
        """Bring the database to this release's schema."""
        from shared.logs import redact  # noqa: PLC0415
        from worker.storage.engine import make_engine  # noqa: PLC0415
        from worker.storage.migrations import current_schema  # noqa: PLC0415
        from worker.storage.migrations import migrate as upgrade  # noqa: PLC0415

        url = database_url(data)
        if url.startswith(SQLITE):
            Path(url.removeprefix(SQLITE)).parent.mkdir(parents=True, exist_ok=True)
        engine = make_engine(url)
        upgrade(engine)
        say(f"The database {redact(url)} has schema {current_schema(engine)}.")
        engine.dispose()

    return migrate


def _reparse_command(database_url: DatabaseUrl) -> Callable[..., None]:
    def reparse(
        article_ids: Annotated[
            list[str] | None, typer.Argument(metavar="[ID]...", help="Articles' ids, or unique beginnings of them.")
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")] = False,
        source: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this source.")] = None,
        since: Annotated[str | None, typer.Option(metavar="AGE", help="90m, 12h, 1d, 2w, or a date.")] = None,
        limit: Annotated[int | None, typer.Option(min=1, help="At most so many articles.")] = None,
        diff: Annotated[bool, typer.Option("--diff", help="Also what changes in each article.")] = False,
        as_json: Json = False,
        data: Data = None,
    ) -> None:
        """Run today's parser over the archived raw articles, of everything unless told otherwise; ids stay."""
        from worker.reparse_command import run_reparse  # noqa: PLC0415
        from worker.settings import load_settings  # noqa: PLC0415
        from worker.storage.archive import Selection  # noqa: PLC0415

        begin = _moment(since)
        with _engine(database_url, data) as engine:
            if engine is None:
                say("Nothing is stored yet.")
                return
            ids = [_article(engine, each).row.public_id for each in article_ids or ()]
            selection = Selection(public_ids=ids, source=source, since=begin, limit=limit)
            settings = load_settings(data=data)
            report = run_reparse(engine, selection, settings, dry_run=dry_run, diff=diff, as_json=as_json)
        raise typer.Exit(report.exit_code)

    return reparse


def _purge_command(database_url: DatabaseUrl) -> Callable[..., None]:
    def purge(
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go; write nothing.")] = False,
        as_json: Json = False,
        data: Data = None,
    ) -> None:
        """Purge now what is older than its retention; workers do so by themselves."""
        from worker.purge_command import run_purge  # noqa: PLC0415
        from worker.settings import load_settings  # noqa: PLC0415

        with _engine(database_url, data) as engine:
            if engine is None:
                say("Nothing is stored yet.")
                return
            run_purge(engine, load_settings(data=data), dry_run=dry_run, as_json=as_json, write=typer.echo)

    return purge


def _quarantine_commands(database_url: DatabaseUrl) -> typer.Typer:
    quarantine = typer.Typer(no_args_is_help=True, help="What could not be processed, why, with the raw bytes.")

    @quarantine.command("list")
    def list_(
        source: Annotated[str | None, typer.Option(metavar="NAME", help="Only from this source.")] = None,
        as_json: Json = False,
        data: Data = None,
    ) -> None:
        """Each quarantined raw article and its reason, newest first."""
        from worker.storage.quarantine import quarantined  # noqa: PLC0415

        with _engine(database_url, data) as engine:
            count = 0
            for count, each in enumerate(quarantined(engine, source=source) if engine else (), 1):  # noqa: B007
                typer.echo(json.dumps(_fields(each), ensure_ascii=False) if as_json else _line(each))
        if not count:
            say("Nothing is in quarantine.")

    @quarantine.command()
    def show(raw_id: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False, data: Data = None) -> None:
        """One of them with its raw bytes: on stdout the body as it was handed in, all else on stderr."""
        from shared.schema import SchemaError, unpack  # noqa: PLC0415
        from worker.reason_words import in_words  # noqa: PLC0415
        from worker.storage.quarantine import raw_bytes  # noqa: PLC0415

        with _engine(database_url, data) as engine:
            found = _found(engine, [raw_id])[0]
            assert engine is not None
            packed = next(raw_bytes(engine, [found.raw_id]))
        if as_json:
            meta = packed.meta.decode("utf-8", "replace")
            typer.echo(json.dumps({**_fields(found), "meta": meta}, ensure_ascii=False))
            return
        for name, value in (_fields(found) | {"reason": in_words(found.reason)}).items():
            say(f"{name:15} {value}")
        try:
            body = unpack(packed.meta, packed.body).body
        except SchemaError:
            body = packed.body  # unreadable, which is why it is here: the bytes as they came
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()

    @quarantine.command()
    def drop(raw_ids: RawIds, data: Data = None) -> None:
        """Forget quarantined raw articles, bytes and all; handed in again they are tried again."""
        from worker.storage.quarantine import drop as drop_rows  # noqa: PLC0415

        with _engine(database_url, data) as engine:
            found = _found(engine, raw_ids)
            assert engine is not None
            say(f"dropped {drop_rows(engine, [each.raw_id for each in found], now=datetime.now(UTC))}")

    return quarantine


def _found(engine: Engine | None, prefixes: list[str]) -> list[Quarantined]:
    """One for each beginning of a raw id. Raises typer.BadParameter when there is none or more than one."""
    from worker.storage.quarantine import find  # noqa: PLC0415

    found = []
    for prefix in prefixes:
        matches = find(engine, prefix) if engine else []
        if not matches:
            raise typer.BadParameter(f"nothing in quarantine has the id {prefix!r}", param_hint="ID")
        if len(matches) > 1:
            ids = ", ".join(each.raw_id for each in matches)
            raise typer.BadParameter(f"several ids begin with {prefix!r}: {ids}", param_hint="ID")
        found.append(matches[0])
    return found


def _fields(each: Quarantined) -> dict[str, Any]:
    return {
        "raw_id": each.raw_id,
        "source": each.source,
        "entry_key": each.entry_key,
        "url": each.url,
        "reason": each.reason.value,
        "detail": each.detail,
        "tries": each.tries,
        "quarantined_at": each.quarantined_at.isoformat(),
    }


def _line(each: Quarantined) -> str:
    from shared.logs import printable  # noqa: PLC0415
    from worker.reason_words import in_words  # noqa: PLC0415

    moment = each.quarantined_at.strftime("%Y-%m-%d %H:%M")
    why = f"{in_words(each.reason)}: {each.detail}"
    return printable(f"{each.raw_id}  {moment}  {each.source} {each.entry_key}: {why}")

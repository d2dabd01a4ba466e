"""The one command. It joins the services' commands and adds what needs both.

Nothing heavy is imported before a command runs: `copydesk --help` answers in 0.3 s.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

import ingest.cli
import worker.cli
from copydesk.failures import DEBUG, debugging, sentence_and_code
from ingest.cli import As, check_form, check_timezone, print_report, say
from ingest.cli_options import Data, Json

WRONG_USE, INTERRUPTED, TERMINATED = 2, 130, 143
"""128 + the number of the signal, as shells count."""

STOPPED = "Stopped. What was handed in and not yet settled goes on with the next copydesk run or seed."


class ReaderGoneError(Exception):
    """Whoever read our output has read enough."""


class Commands(TyperGroup):
    """Typer would end with 1 when a pipe is closed, without a chance to say that it is no error."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGoneError from error


app = typer.Typer(
    name="copydesk",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rendering it prettily took longer than everything before it
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Takes news in and gives clean, deduplicated articles out. Add --debug to any command to see a traceback.",
)


@contextmanager
def reach(data: Path | None, *, worker: bool) -> Iterator[str]:
    """The Redis for a command of `ingest`: a deployment's, or the embedded one of the data folder."""
    from copydesk.stack import broker, stack  # noqa: PLC0415

    with (stack if worker else broker)(data, say=say) as reached:
        yield reached.redis_url


def database_url(data: Path | None) -> str:
    """The database for a command of `worker`."""
    from worker.settings import load_settings  # noqa: PLC0415

    return load_settings(data=data).effective_database_url


def show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"copydesk {version('copydesk')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=show_version, help="Print it.")] = False,
) -> None:
    from shared.logs import configure_logging  # noqa: PLC0415 - not for --help

    # What a command has to say it says in sentences; log lines are for services, which set their own level.
    configure_logging("copydesk", level="INFO" if debugging() else "CRITICAL")


@app.command()
def run(
    feeds: Annotated[
        Path | None, typer.Option(metavar="FILE", help="feeds.toml or OPML; default DATA/feeds.toml.")
    ] = None,
    seed: Annotated[list[str] | None, typer.Option(metavar="PATH", help="Also hand these in (repeatable).")] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Poll every feed once, finish all work, print a summary.")
    ] = False,
    data: Data = None,
) -> None:
    """Everything on one machine: broker, worker, poller, database. Ctrl-C stops it cleanly."""
    from copydesk.run import RunRequest, run_all  # noqa: PLC0415

    request = RunRequest(feeds=feeds, seeds=tuple(seed or ()), once=once, data=data)
    raise typer.Exit(run_all(request, say=say))


@app.command()
def parse(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders, or - for standard input.")],
    timezone: Annotated[str | None, typer.Option(help="IANA zone of times stated without one.")] = None,
    language: Annotated[str | None, typer.Option(help="Language where a text does not tell (BCP 47).")] = None,
    form: As = None,
) -> None:
    """Raw in, records out, one JSON line per input in order. Stores nothing."""
    from copydesk.parse import parse_all  # noqa: PLC0415
    from ingest.seed_command import SeedRequest  # noqa: PLC0415

    request = SeedRequest(
        paths=tuple(paths), timezone=check_timezone(timezone), language=language, form=check_form(form)
    )
    raise typer.Exit(parse_all(request, say=say))


@app.command()
def status(
    as_json: Json = False,
    data: Data = None,
) -> None:
    """One screen: feeds, inbox, worker, store, quarantine."""
    from copydesk.status import print_status  # noqa: PLC0415

    raise typer.Exit(print_status(data, as_json=as_json))


@app.command()
def doctor(
    feeds: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The list that poll is given; default DATA/feeds.toml.")
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Checks this deployment or data folder and says what to do: services, settings, schema, clocks, disk."""
    from copydesk.examining import print_findings  # noqa: PLC0415

    raise typer.Exit(print_findings(data, as_json=as_json, feeds=feeds))


@app.command()
def trace(
    item: Annotated[str, typer.Argument(metavar="URL|ENTRY-KEY|ID", help="A link, a guid, a raw id, an article's id.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """What became of an item: the feed that carried it, its article, or the reason why there is none."""
    from copydesk.trace import print_trace  # noqa: PLC0415

    raise typer.Exit(print_trace(item, data, as_json=as_json))


events_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
app.add_typer(events_app, name="events")


@events_app.callback()
def events(
    context: typer.Context,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as they come, until Ctrl-C.")] = False,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="ID", help="Only what follows this cursor, or this event's id.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    data: Data = None,
) -> None:
    """What happened, as JSON lines: articles stored, revised, copied, quarantined; stories merged; feeds moved."""
    if context.invoked_subcommand is not None:
        return
    from copydesk.events import print_events  # noqa: PLC0415

    def write(line: str) -> None:
        typer.echo(line)
        sys.stdout.flush()

    print_events(data, begin=begin, follow=follow, limit=limit, write=write, say=say)


@events_app.command("redeliver")
def redeliver_events(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Events, by the ids that are printed.")
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="ID", help="All of articles that follow this cursor or event.")
    ] = None,
    data: Data = None,
) -> None:
    """Have events sent to the webhooks again, before all others and under their own ids."""
    from copydesk.events import redeliver  # noqa: PLC0415

    if not ids and begin is None:
        raise typer.BadParameter("name events, or give --from", param_hint="ID")
    events_sent, endpoints = redeliver(data, ids=ids or (), begin=begin, say=say)
    say(f"{events_sent} events will be sent again to {endpoints} webhooks.")


@app.command()
def poll(
    feeds: Annotated[
        Path | None, typer.Option(metavar="FILE", help="feeds.toml or OPML; default DATA/feeds.toml.")
    ] = None,
    data: Data = None,
) -> None:
    """The poller of a deployment: each feed when it is due (needs COPYDESK_REDIS_URL)."""
    from copydesk.services import run_poller  # noqa: PLC0415

    run_poller(feeds, data)


@app.command()
def work(data: Data = None) -> None:
    """The worker of a deployment: one supervised Celery process (needs COPYDESK_REDIS_URL)."""
    from copydesk.services import run_worker  # noqa: PLC0415

    run_worker(data)


class Service(StrEnum):
    """Which service a health check asks."""

    WORKER = "worker"
    INGEST = "ingest"


@app.command()
def health(
    service: Annotated[Service, typer.Argument(help="worker or ingest: the one that runs on this host.")],
    ready: Annotated[bool, typer.Option("--ready", help="Also whether all that it needs is there.")] = False,
    data: Data = None,
) -> None:
    """Whether the service of this host does its work: for a container's health check. Exit code 0 or 1."""
    from copydesk.health import health_of  # noqa: PLC0415

    found = health_of(service.value, data=data, ready=ready)
    say(found.sentence)
    raise typer.Exit(0 if found.healthy else 1)


def quarantine_replay(
    raw_ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Raw ids (or beginnings of them).")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is in quarantine.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object on stdout.")] = False,
    data: Data = None,
) -> None:
    """Hand quarantined raw articles in again, and wait until each one is settled."""
    from copydesk.replay import replay  # noqa: PLC0415

    if bool(raw_ids) == everything:
        raise typer.BadParameter("name raw ids, or give --all", param_hint="ID")
    report = replay(tuple(raw_ids or ()), data=data, say=say)
    print_report(report, as_json=as_json)
    raise typer.Exit(report.exit_code)


ingest.cli.add_commands(app, reach)
worker.cli.add_commands(app, database_url, replay=quarantine_replay)


def main() -> None:
    """The console script: a failure that is expected is one sentence, never a traceback."""
    arguments = [argument for argument in sys.argv[1:] if argument != DEBUG]
    signal.signal(signal.SIGTERM, _terminated)
    _tie_to_supervisor()
    try:
        code = typer.main.get_command(app).main(arguments, prog_name="copydesk", standalone_mode=False)
    except TyperException as error:
        if message := error.format_message():  # empty when the help was just shown
            say(f"{message} (--help after the command shows its use)")
        sys.exit(WRONG_USE)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except ReaderGoneError:
        # The interpreter must not complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # noqa: BLE001 - the edge: whatever nobody expected becomes one sentence too
        _fail(error)
    if code == INTERRUPTED:
        say(STOPPED)
    sys.exit(code)


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    say(STOPPED)
    sys.exit(TERMINATED)  # unwinds, so that what this process started is stopped in order


def _fail(error: Exception) -> NoReturn:
    expected = sentence_and_code(error)
    if debugging():
        raise error
    if expected is None:
        say(f"Something nobody expected went wrong ({type(error).__name__}: {error}); --debug shows where.")
        raise SystemExit(1) from error
    say(expected[0])
    raise SystemExit(expected[1]) from error


def _tie_to_supervisor() -> None:
    if "COPYDESK_PARENT_PID" in os.environ:
        from worker.lifeline import die_with_supervisor  # noqa: PLC0415

        die_with_supervisor()


if __name__ == "__main__":
    main()

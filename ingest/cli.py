"""The commands of `ingest`: seed, feeds. Each imports what it needs when it runs, so that help is instant."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli_options import Data, Reach
from ingest.feeds_cli import make_feeds_commands

if TYPE_CHECKING:
    from ingest.seeding.receipts import SeedReport
    from ingest.seeding.seedfiles import Form


As = Annotated[
    str | None, typer.Option("--as", metavar="FORM", help="Read every input as text, html, jsonl, feed, warc or nitf.")
]
FORM_NAMES = ("text", "html", "jsonl", "feed", "warc", "nitf")


def say(sentence: str) -> None:
    """One sentence to the person at the terminal; machine output alone goes to stdout."""
    typer.echo(sentence, err=True)


def check_form(form: str | None) -> Form | None:
    """Raises typer.BadParameter for a form that is none."""
    if form is not None and form not in FORM_NAMES:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(FORM_NAMES)}", param_hint="--as")
    return form  # type: ignore[return-value]


def check_timezone(timezone: str | None) -> str | None:
    """Raises typer.BadParameter for a name that the IANA database does not know."""
    from ingest.seeding.jsonlines import is_timezone  # noqa: PLC0415

    if timezone is not None and not is_timezone(timezone):
        raise typer.BadParameter(f"{timezone!r} is no IANA name like Asia/Seoul", param_hint="--timezone")
    return timezone


def add_commands(app: typer.Typer, reach: Reach) -> None:
    """Adds this service's commands to the front desk's."""
    app.add_typer(make_feeds_commands(reach), name="feeds")

    @app.command()
    def seed(
        paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders, or - for standard input.")],
        source: Annotated[str, typer.Option(help="The source's name; a JSON line's own wins.")] = "seed",
        timezone: Annotated[
            str | None, typer.Option(help="IANA zone of times stated without one, e.g. Asia/Seoul.")
        ] = None,
        language: Annotated[str | None, typer.Option(help="Language where a text does not tell (BCP 47).")] = None,
        form: As = None,
        as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object on stdout.")] = False,
        data: Data = None,
    ) -> None:
        """Hand raw articles in and wait until each one is settled."""
        from ingest.seed_command import SeedRequest, run_seed  # noqa: PLC0415

        request = SeedRequest(
            paths=tuple(paths),
            source=source,
            timezone=check_timezone(timezone),
            language=language,
            form=check_form(form),
        )
        with reach(data, worker=True) as redis_url:
            report = run_seed(request, redis_url=redis_url, data=data, say=say)
        print_report(report, as_json=as_json)
        raise typer.Exit(report.exit_code)


def print_report(report: SeedReport, *, as_json: bool) -> None:
    """The counts, as a line for people or an object for machines."""
    from ingest.seeding.progress import REFUSALS_SHOWN  # noqa: PLC0415
    from shared.logs import printable  # noqa: PLC0415

    if as_json:
        typer.echo(json.dumps(report.as_json()))
        return
    typer.echo(report.line())
    for line in report.reasons(refusals_said=REFUSALS_SHOWN):
        say(printable(line))
    if report.quarantined:
        say("What was quarantined, and why: copydesk quarantine list")
    sys.stdout.flush()

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from tests.factories import NOON, make_arrival, make_raw_article
from worker.parsing.parser import parse
from worker.reparse_command import run_reparse
from worker.settings import WorkerSettings
from worker.storage.archive import Selection
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store
from worker.storage.tables import articles, raw_articles

TEXT = (
    b"Published: February 3, 2021 - 07:05\n\nThe harbour board of Ostholm voted to bring the night ferry back at last."
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An article whose stored title and text are not what today's parser finds, and one that cannot be read."""
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    for key in ("a", "b"):
        body = TEXT + f" Line {key} of the service.".encode()
        arrival = make_arrival(body=body, entry_key=key, parsed=parse(make_raw_article(body=body)))
        Store(engine).store([arrival], now=NOON)
    with engine.begin() as connection:
        connection.execute(
            update(articles).where(articles.c.entry_key == "a").values(title="Old", text="Gone.\n\nOld.")
        )
        last = connection.execute(
            update(articles).where(articles.c.entry_key == "b").values(section="x").returning(articles.c.raw_id)
        ).scalar_one()
        connection.execute(update(raw_articles).where(raw_articles.c.raw_id == last).values(meta=b"{}"))
    yield engine
    engine.dispose()


def run(engine: Engine, *, dry_run: bool = True, as_json: bool = False) -> int:
    settings = WorkerSettings(worker_processes=1)
    return run_reparse(engine, Selection(), settings, dry_run=dry_run, diff=True, as_json=as_json).exit_code


def test_people_read_the_difference_the_fields_and_what_was_left_on_stderr(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(engine) == 1
    said = capsys.readouterr()
    assert said.out == ""
    for line in (
        "  title: Old → null",
        "    - Gone.",
        "left as it is: ",
        "title        0         0         1",
        "1 of 2 articles would change; 0 unchanged, 1 that cannot be read, left as they are",
        "Nothing was written; without --dry-run it is.",
    ):
        assert line in said.err


def test_machines_read_one_object_on_stdout(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(engine, dry_run=False, as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["dry_run"], report["articles"], report["changed"], report["failed"]) == (False, 2, 1, 1)
    assert report["fields"]["title"] == {"changed": 0, "appeared": 0, "vanished": 1}
    assert report["differences"][0]["fields"]["title"] == {"before": "Old", "after": None}
    assert run(engine, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["changed"] == 0

"""Deciding and storing on SQLite: batches of 50 beside bare inserts of the same texts, and beside batches of one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from shared.schema import pack_body, pack_meta
from tests.bench.timing import line, rate
from tests.factories import NOON, make_raw_article
from worker.parsing.article import ParsedArticle
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Arrival, Store

PARAGRAPHS = "\n\n".join(
    f"Paragraph {n} tells what the harbour board of Ostholm decided on its ferry." for n in range(60)
)


def arrivals(turn: str, count: int) -> list[Arrival]:
    """Distinct articles of about 4 kB."""
    made = []
    for number in range(count):
        text = f"Story {turn} {number}. {PARAGRAPHS}"
        raw = make_raw_article(entry_key=f"{turn}-{number}", body=text.encode())
        parsed = ParsedArticle(title=f"Story {turn} {number}", text=text)
        made.append(Arrival(raw_id=raw.raw_id, raw=raw, meta=pack_meta(raw), body=pack_body(raw), parsed=parsed))
    return made


def measure(folder: Path) -> Iterator[str]:
    engine = make_engine(f"sqlite:///{folder / 'bench.db'}")
    migrate(engine)
    store = Store(engine)
    batches = [arrivals(f"fifty-{turn}", 500) for turn in range(6)]
    singles = [arrivals(f"one-{turn}", 50) for turn in range(6)]

    def fifties(turn: int) -> int:
        given = batches[turn]
        for start in range(0, len(given), 50):
            store.store(given[start : start + 50], now=NOON)
        return len(given)

    def ones(turn: int) -> int:
        for arrival in singles[turn]:
            store.store([arrival], now=NOON)
        return len(singles[turn])

    bare = rate(lambda turn: _bare_inserts(folder / f"bare-{turn}.db", batches[turn]))
    in_fifties, in_ones = rate(fifties), rate(ones)
    engine.dispose()
    yield line("store, batches of 50 (SQLite)", in_fifties, "articles/s", beside=bare, what="bare inserts")
    yield line("store, batches of 50 (SQLite)", in_fifties, "articles/s", beside=in_ones, what="batches of one")


def _bare_inserts(path: Path, given: list[Arrival]) -> int:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS t (id TEXT PRIMARY KEY, title TEXT, text TEXT, meta BLOB, body BLOB)"
    )
    for start in range(0, len(given), 50):
        connection.execute("BEGIN IMMEDIATE")
        rows = [(a.raw_id, a.parsed.title, a.parsed.text, a.meta, a.body) for a in given[start : start + 50]]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    connection.close()
    return len(given)

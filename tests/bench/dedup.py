"""Deciding and storing as the store grows (``make bench-dedup``): 10,000, 100,000 and 300,000 articles, stored at 5,000
a day, so that the window of thirty days bites; PostgreSQL and SQLite; batches of fifty with copies among them.

The articles that are there are bulk-built and their texts are fillers; their entries in the index are as many and as
spread as those of real ones. The measured batches go through the store as a worker's do, in turns over the sizes, so
that what else the machine does falls on all of them. PostgreSQL has the memory that docker-compose.yml gives it, and
the connection has read the whole index once, as a worker's has after a day: first touches cost two to three times as
much, and it is the large index that is long in being touched.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, text

from shared.logs import configure_logging
from shared.schema import RawArticle, pack_body, pack_meta
from tests.conftest import postgres_database, postgres_running
from worker.dedup.windows import SAMPLED_ONE_IN, windows_of
from worker.parsing.article import ParsedArticle
from worker.storage import index
from worker.storage.arrival import Arrival
from worker.storage.engine import make_engine, unhurried, writing
from worker.storage.memory import Memory
from worker.storage.migrations import migrate
from worker.storage.store import Store

SIZES = (10_000, 100_000, 300_000)
"""Others by name: ``python -m tests.bench.dedup 10000``."""
A_DAY = 5_000
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENTRIES = 35
"""Windows sampled of an article of 400 words."""
NOTICES = 600
BATCHES = 25
WARM_UP = 5
LOOK_UPS = 3
"""Each for a batch of its own, after every batch that is stored."""
SHARED_BUFFERS = "512MB"
"""As in docker-compose.yml: PostgreSQL's own default holds half of the index of a month."""


class Press:
    """Invented articles: the same for the same seed. Every second one has a notice under it, a few very often."""

    def __init__(self, seed: int, notices: Sequence[str] = ()) -> None:
        self._random = Random(seed)
        syllables = [a + b for a in "bdfghklmnprstv" for b in ("a", "e", "i", "o", "un", "er", "al")]
        self._words = [
            "".join(self._random.choices(syllables, k=self._random.choice((2, 2, 3)))) for _ in range(20_000)
        ]
        self.notices = notices or [self._sentence(30) for _ in range(NOTICES)]

    def _sentence(self, words: int) -> str:
        return " ".join(self._random.choices(self._words, k=words)).capitalize() + "."

    def paragraphs(self) -> list[str]:
        return [self._sentence(40) for _ in range(9)]

    def text(self, paragraphs: Sequence[str]) -> str:
        notice = self.notices[int(NOTICES ** self._random.random()) - 1]
        return "\n\n".join([*paragraphs, notice] if self._random.random() < 0.5 else paragraphs)

    def pick(self, of: Sequence[Any]) -> Any:
        return self._random.choice(of)


@dataclass
class Deliveries:
    """Batches of fifty: forty new articles, five near-identical copies and five repeated texts."""

    press: Press
    told: list[list[str]] = field(default_factory=list)
    _number: int = 0

    def batch(self) -> list[Arrival]:
        new = [self.press.paragraphs() for _ in range(40)]
        batch = [self._arrival(self.press.text(paragraphs)) for paragraphs in new]
        if self.told:
            for _ in range(5):
                batch.append(self._arrival(self.press.text(self.press.pick(self.told)[2:])))
                batch.append(self._arrival("\n\n".join(self.press.pick(self.told))))
        self.told = (self.told + new)[-500:]
        return batch

    def _arrival(self, body: str) -> Arrival:
        self._number += 1
        raw = RawArticle(
            source_key=f"feed:{self._number % 50}",
            source="bench",
            entry_key=f"measured {self._number}",
            kind="text",
            body=body.encode(),
            seen_at=NOW,
        )
        parsed = ParsedArticle(title=f"Title {self._number}", text=body)
        return Arrival(raw_id=raw.raw_id, raw=raw, meta=pack_meta(raw), body=pack_body(raw), parsed=parsed)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Milliseconds per batch of fifty, ``index_bytes`` per article whose entries the index holds.

    Each is the lower quartile of many: whatever else the machine does only ever adds, and adds most to the largest.
    """

    lookup: float
    locked: float
    whole: float
    index_bytes: float


def build(engine: Engine, size: int, press: Press) -> float:
    """Fills an empty store; answers the bytes of index per article that has entries there."""
    kept = list(_kept(size))
    with writing(engine).begin() as connection:
        unhurried(connection)
        for statement in _FILL:
            connection.execute(text(_in_words_of(engine, statement)), {"size": size})
        before = _bytes(connection)
        _index(connection, kept, press)
        index_bytes = (_bytes(connection) - before) / len(kept)
        if engine.dialect.name == "postgresql":
            for table in ("articles", "stories", "sightings"):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {size})"))
    _settle_down(engine)
    return index_bytes


def _settle_down(engine: Engine) -> None:
    """What a store that has grown slowly has behind it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("ANALYZE"))
            return
        unhurried(connection)
        for statement in (
            "SET statement_timeout = 0",
            "VACUUM ANALYZE",
            "CHECKPOINT",
            "SET enable_seqscan = off",  # a scan of the table would not touch the index
            "SELECT count(DISTINCT hash) FROM story_fingerprints",
            "RESET enable_seqscan",
            "RESET statement_timeout",
        ):
            connection.execute(text(statement))


_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :size) "
_FILL = (
    "INSERT INTO stories (id, public_id, created_at) " + _NUMBERS + "SELECT n, NAME, MOMENT FROM numbers",
    "INSERT INTO articles (id, public_id, identity, content_hash, source_key, source, entry_key, story_id, hidden, "
    "raw_id, seen_at, revision, title, text, word_count, chain_key, first_seen_at, updated_at, listed_at, leads_from, "
    "authors, captions, images, tags, flags, provenance) "
    + _NUMBERS
    + "SELECT n, NAME, DIGEST, DIGEST, 'feed:' || n % 50, 'bench', 'filler ' || n, n, FALSE, "
    "CAST(n AS text), MOMENT, 1, 'Filler ' || n, TEXT, 400, n, MOMENT, MOMENT, MOMENT, MOMENT, "
    "'[]', '[]', '[]', '[]', '[]', '{}' FROM numbers",
    "INSERT INTO sightings (raw_id, article_id, source_key, source, entry_key, seen_at, settled, settled_at, reason) "
    + _NUMBERS
    + "SELECT CAST(n AS text), n, 'feed:' || n % 50, 'bench', 'filler ' || n, MOMENT, 'stored', MOMENT, "
    "'nothing_alike' FROM numbers",
)
"""Articles of 400 words in their stories, the last one stored just now and 5,000 a day before it."""


def _in_words_of(engine: Engine, statement: str) -> str:
    """The words that stand for a value of each row, in the language of the engine."""
    seconds = f"(:size - n) * {86_400 / A_DAY}"
    if engine.dialect.name == "postgresql":
        words = {
            "NAME": "lpad(to_hex(n), 16, '0')",
            "DIGEST": "sha256(CAST(CAST(n AS text) AS bytea))",
            "MOMENT": f"timestamptz '{NOW.isoformat()}' - make_interval(secs => {seconds})",
            "TEXT": "repeat('filler ' || n || ' ', 100)",
        }
    else:
        words = {
            "NAME": "printf('%016x', n)",
            "DIGEST": "randomblob(32)",
            "MOMENT": f"strftime('%Y-%m-%d %H:%M:%S.000000', '{NOW:%Y-%m-%d %H:%M:%S}', -({seconds}) || ' seconds')",
            "TEXT": "replace(hex(zeroblob(600)), '00', 'filler')",
        }
    for word, value in words.items():
        statement = re.sub(rf"(?<!')\b{word}\b", value.replace("\\", r"\\"), statement)
    return statement


def _bytes(connection: Connection) -> int:
    """Of the index with its table; on SQLite of the whole file, in which nothing else grows meanwhile."""
    if connection.dialect.name == "postgresql":
        return int(connection.execute(text("SELECT pg_total_relation_size('story_fingerprints')")).scalar_one())
    pages, size = (connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(size)


def _kept(size: int) -> Iterator[int]:
    """The articles in the window, and every second one of those before it that the sweep has not reached."""
    edge = size - 30 * A_DAY
    return (n for n in range(max(1, edge - index.SWEEP_ARTICLES), size + 1) if n > edge or n % 2)


def _index(connection: Connection, kept: Sequence[int], press: Press) -> None:
    """Random windows where sampled ones lie, and those of the notices as far as the index keeps them."""
    random = Random(1)
    held = {window: random.sample(kept, min(len(kept), 19)) for notice in press.notices for window in _sample(notice)}
    noise = {
        "sqlite": f"abs(random()) / {SAMPLED_ONE_IN // 2}",
        "postgresql": f"CAST(random() * {2**64 // SAMPLED_ONE_IN} AS bigint)",
    }[connection.dialect.name]
    edge, first = kept[-1] - 30 * A_DAY, kept[0]
    index_of = f"(n > {edge} OR n % 2 = 1) AND n >= {first}"
    connection.execute(
        text(
            f"INSERT INTO story_fingerprints (hash, article_id) {_NUMBERS}, copies(c) AS (SELECT 1 UNION ALL "
            f"SELECT c + 1 FROM copies WHERE c < {ENTRIES}) SELECT {noise} AS hash, n FROM numbers, copies "
            f"WHERE {index_of} ORDER BY hash ON CONFLICT DO NOTHING"
        ),
        {"size": kept[-1]},
    )
    index.enter(connection, [(window, article) for window, some in held.items() for article in some])


def _sample(notice: str) -> tuple[int, ...]:
    return windows_of(notice).sampled[:3]


class Subject:
    """A store of one size, measured batch after batch."""

    def __init__(self, url: str, size: int) -> None:
        self.size = size
        self._engine = make_engine(url)
        migrate(self._engine)
        press = Press(size)
        began = time.perf_counter()
        self._index_bytes = build(self._engine, size, press)
        self.built = time.perf_counter() - began
        self._deliveries, self._others = Deliveries(press), Deliveries(Press(size + 1, notices=press.notices))
        self._store, self._memory = _Watched(self._engine), Memory()
        self._whole: list[float] = []
        self._lookups: list[float] = []

    def take_turn(self) -> None:
        """One batch through the store, and look-ups of others' windows."""
        batch = self._deliveries.batch()
        began = time.perf_counter()
        outcomes = self._store.store(batch, now=NOW)
        self._whole.append(time.perf_counter() - began)
        assert {"stored"} <= set(outcomes.values()) <= {"stored", "copied", "duplicate"}, outcomes
        self._lookups += [self._look_up() for _ in range(LOOK_UPS)]

    def _look_up(self) -> float:
        """Seconds for asking the index for as many windows as a batch has."""
        windows = {each for some in self._others.batch() for each in windows_of(some.parsed.text).sampled}
        with self._engine.connect() as connection:
            self._memory.refresh(connection, NOW)
            began = time.perf_counter()
            held = index.held(connection, windows, self._memory.oldest)
            index.stories_of(connection, {article for _, article in held})
            return time.perf_counter() - began

    def figures(self) -> Figures:
        self._engine.dispose()
        return Figures(
            lookup=_quartile(self._lookups[WARM_UP * LOOK_UPS :]),
            locked=_quartile(self._store.locked[WARM_UP:]),
            whole=_quartile(self._whole[WARM_UP:]),
            index_bytes=self._index_bytes,
        )


def _quartile(seconds: Sequence[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=4)[0]


class _Watched(Store):
    """Tells how long each batch held the lock."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.locked: list[float] = []

    def _transact(self, *arguments: Any) -> Any:
        began = time.perf_counter()
        outcomes = super()._transact(*arguments)
        self.locked.append(time.perf_counter() - began)
        return outcomes


def run(name: str, database: Callable[[], AbstractContextManager[str]]) -> None:
    """Measures every size in a database of its own, in turns."""
    with ExitStack() as stack:
        sizes = [int(each) for each in sys.argv[1:]] or SIZES
        subjects = [Subject(stack.enter_context(database()), size) for size in sizes]
        for _ in range(WARM_UP + BATCHES):
            for subject in subjects:
                subject.take_turn()
        figures = {subject.size: subject.figures() for subject in subjects}
    for subject in subjects:
        line = _line(figures[subject.size], figures[sizes[0]], figures.get(100_000))
        print(f"{name:11} {subject.size:8,} {line}   built in {subject.built:.0f} s", flush=True)


def _line(now: Figures, first: Figures, middle: Figures | None) -> str:
    of_middle = f"{now.lookup / middle.lookup:5.2f}" if middle else "-"
    return (
        f"{now.lookup:8.1f} {now.lookup / first.lookup:6.2f} {of_middle:>7} "
        f"{now.locked:8.1f} {now.locked / first.locked:6.2f} {now.whole:8.1f} {now.whole / first.whole:6.2f} "
        f"{now.index_bytes:9.0f}"
    )


HEAD = """\
engine      articles  look-up  /10k  /100k     under the lock       whole batch     bytes of
                           ms                        ms   /10k        ms   /10k  index/article
at most                         1.60    1.20                             2.00"""


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'bench.db'}"


def main() -> None:
    """Prints a line for each engine and size."""
    configure_logging("bench", level="CRITICAL")
    print(HEAD, flush=True)
    run("SQLite", _sqlite)
    with postgres_running(durable=True, shared_buffers=SHARED_BUFFERS) as server:
        run("PostgreSQL", lambda: postgres_database(server))


if __name__ == "__main__":
    main()

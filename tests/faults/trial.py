"""A deployment at work behind proxies, whose servers are taken away and given back."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import psycopg

from shared import routing
from tests.faults import hooks
from tests.faults.deployment import Deployment
from tests.faults.feeds import Feeds
from tests.faults.journal import Key
from tests.faults.points import Role
from tests.faults.processes import Process, until
from tests.faults.proxy import TcpProxy
from tests.faults.texts import Article, Writer

FEEDS: Final = 4
SEEDS: Final = 150
GROWTH_SECONDS: Final = 1.0
LIMIT_SECONDS: Final = 240.0
"""How long anything may take on a machine that is busy with other things."""

PROMISED_SECONDS: Final = 60.0
"""After an outage work goes on within so long: promised, printed, and held to where the outage lasted a minute."""

LEASE_SECONDS: Final = 30.0
"""The product's own: what a poller claimed when its Redis went away is waited for as long as in earnest."""


def outage_seconds() -> float:
    """How long an outage lasts in this run: a few seconds in the suite, a minute in `make outages`."""
    return float(os.environ.get("OUTAGE_SECONDS", "3"))


class Proxied(Deployment):
    """A deployment whose services reach PostgreSQL, too, through a proxy only."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.to_postgresql = self._stack.enter_context(TcpProxy(self.postgresql.port))
        self.poller = self._service("poller", "poll", "--feeds", str(self.folder / "feeds.toml"))
        self.worker = self._service("worker", "work")
        return self

    def _environment(self, role: Role) -> dict[str, str]:
        plain = super()._environment(role)
        if not hasattr(self, "to_postgresql"):  # the base class makes its services before there are proxies
            return plain
        return plain | {
            hooks.LEASE_VARIABLE: str(LEASE_SECONDS),
            "COPYDESK_DATABASE_URL": self.postgresql.url(self.to_postgresql.port),
        }


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A `copydesk seed` that goes on by itself. ``key``: of the first article that it hands in."""

    process: Process
    key: str

    @property
    def said(self) -> str:
        return self.process.command.log.read_text()


class Trial:
    """Feeds that grow, seeds that wait, and a list of all that was handed in; a context."""

    def __init__(self, folder: Path, *, disk: Path | None = None) -> None:
        self._feeds = Feeds(FEEDS)
        self.deployment = Proxied(folder, self._feeds, disk=disk)
        self._writer = Writer(random.Random(7))
        self._lock = threading.Lock()
        self._handed_in = set[Key]()
        self._over = threading.Event()
        self._growing = threading.Thread(target=self._grow_on, daemon=True)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._feeds)
            stack.enter_context(self.deployment)
            self.deployment.command("migrate", "migrate")
            self.deployment.start()
            stack.callback(self._end)
            self._growing.start()
            until(lambda: self.settled() > 0, "the first articles are stored", seconds=LIMIT_SECONDS)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def outage(
        self,
        name: str,
        fault: AbstractContextManager[object],
        *,
        seconds: float | None = None,
        polls_on: bool = False,
    ) -> None:
        """One outage while feeds grow and a seed waits, held to the promises.

        ``seconds``: how long it lasts (None: as long as outages do in this run). ``polls_on``: also meanwhile new
        entries come from the feeds into the inbox. Raises NeverHappenedError.
        """
        seconds = outage_seconds() if seconds is None else seconds
        worker, poller = self.deployment.worker, self.deployment.poller
        ended = len(worker.exits) + len(poller.exits)
        with self.seeding() as seed:
            self.work_is_under_way(seed)
            with fault:
                ends = time.monotonic() + seconds
                if polls_on:
                    self._polls_go_on()
                time.sleep(max(0.0, ends - time.monotonic()))
            self.goes_on(f"{name}, {seconds:g} s", seed)
        assert len(worker.exits) + len(poller.exits) == ended, "nobody had to start them anew"

    def work_is_under_way(self, seed: Seed) -> None:
        """Returns when some of what the seed handed in is settled. Raises NeverHappenedError."""
        until(lambda: self.settled(seed.key) > 0, "what was handed in is settled", seconds=LIMIT_SECONDS)

    def goes_on(self, name: str, seed: Seed) -> None:
        """Returns when everything is as if nothing had been; says how long it took from now. Raises NeverHappenedError.

        ``seed``: one that waits.
        """
        healed, at_heal, late = time.monotonic(), max(self.settled(), 0), self.grow()
        limit = PROMISED_SECONDS if outage_seconds() >= PROMISED_SECONDS else LIMIT_SECONDS
        until(lambda: self.settled() > at_heal, "work goes on after the outage", seconds=limit)
        worked = time.monotonic() - healed
        # Of any feed: one whose poll was under way when the outage began is asked again after a minute.
        until(lambda: any(self.settled(key) > 0 for key in late), "a feed's new entry is stored", seconds=limit)
        polled = time.monotonic() - healed
        until(lambda: seed.process.over, "the seed ends", seconds=LIMIT_SECONDS)
        assert seed.process.exits == [0], seed.said
        self.nothing_is_lost()
        print(
            f"\n{name}: work went on after {worked:.1f} s, a feed's new entry was stored after "
            f"{polled:.1f} s, everything after {time.monotonic() - healed:.1f} s",
            flush=True,
        )

    @contextmanager
    def seeding(self) -> Iterator[Seed]:
        """A seed that hands in and waits."""
        articles = self._writer_takes(SEEDS)
        file = self.deployment.folder / f"{articles[0].key}.jsonl"
        lines = [json.dumps({"id": each.key, "title": each.title, "text": each.text}) for each in articles]
        file.write_text("\n".join(lines))
        with self._lock:
            self._handed_in.update(("seed", each.key) for each in articles)
        process = self.deployment.begin("seed", "seed", str(file), log=file.with_suffix(".log"))
        try:
            yield Seed(process=process, key=articles[0].key)
        finally:
            process.stop()

    def grow(self) -> list[str]:
        """Every feed by one entry; answers their keys."""
        articles = self._writer_takes(FEEDS)
        for number, article in enumerate(articles):
            with self._lock:
                self._handed_in.add((f"Feed {number}", article.key))
            self._feeds.grow(number, [article])
        return [article.key for article in articles]

    def settled(self, key: str | None = None) -> int:
        """Rows of the ledger (of one entry key); -1 while the database is away."""
        query = "SELECT count(*) FROM sightings WHERE entry_key = coalesce(%s, entry_key)"
        try:
            with self.deployment.postgresql.connect() as connection:
                row = connection.execute(query, [key]).fetchone()
        except psycopg.Error:
            return -1
        return int(row[0]) if row else -1

    def nothing_is_lost(self) -> None:
        """Returns when all that was handed in by now is stored. Raises NeverHappenedError, AssertionError."""
        with self._lock:
            handed_in = set(self._handed_in)
        until(lambda: handed_in <= {*self._articles()}, "everything is stored", seconds=LIMIT_SECONDS)
        articles = Counter(self._articles())
        assert [each for each in handed_in if articles[each] > 1] == []
        with self.deployment.postgresql.connect() as connection:
            assert connection.execute("SELECT entry_key, reason FROM quarantine").fetchall() == []

    def _articles(self) -> list[Key]:
        """What is stored, by whom; nothing while the database is away."""
        try:
            with self.deployment.postgresql.connect() as connection:
                return [(source, key) for source, key in connection.execute("SELECT source, entry_key FROM articles")]
        except psycopg.Error:
            return []

    def _polls_go_on(self) -> None:
        """Claims of children that hang in the database may still take some: so until some stay."""
        with self.deployment.broker.client() as client:

            def waiting() -> bool:
                self.grow()
                return int(client.zcard(routing.INBOX_WAITING["live"])) >= FEEDS

            until(waiting, "entries come from the feeds while the database is away", seconds=LIMIT_SECONDS)

    def _grow_on(self) -> None:
        while not self._over.wait(GROWTH_SECONDS):
            self.grow()

    def _end(self) -> None:
        self._over.set()
        self._growing.join()

    def _writer_takes(self, count: int) -> tuple[Article, ...]:
        with self._lock:
            return self._writer.articles(count)

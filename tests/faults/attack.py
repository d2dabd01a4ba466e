"""Carries a plan out on a deployment: lanes of attacks while articles come in, then the count."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from redis.exceptions import RedisError

from shared import routing
from tests.faults import hooks
from tests.faults.deployment import ROOT, Deployment
from tests.faults.feeds import HOSTS, Feeds
from tests.faults.plan import Attack, Plan
from tests.faults.points import BY_NAME, Point
from tests.faults.processes import NeverHappenedError, until
from tests.faults.texts import Article
from tests.faults.verdict import Key, Verdict, judge, read
from worker.pipeline import TRIES_MAX

GROWTH_SECONDS: Final = 0.35
POISON_SECONDS: Final = 400.0
AWAY_SECONDS: Final = 6.0
AWAY_TIMES: Final = 4
DEATHS_MAX: Final = TRIES_MAX + 2
"""A deadly article kills a batch, then TRIES_MAX processes alone; with one to spare, whatever it kills is too many."""

SEED: Final = "seed"
INBOX: Final = (*routing.INBOX_WAITING.values(), routing.INBOX_RETRY, routing.INBOX_CLAIMED)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """``point_seconds``: how long a lane waits for a point before it goes on.

    ``settle_seconds``: so long after the last change nothing more is expected.
    """

    point_seconds: float = 40.0
    settle_seconds: float = 90.0


def attack(
    plan: Plan, folder: Path, *, seconds: float, product: Path = ROOT, patience: Patience = Patience()
) -> Verdict:
    """All of the plan, for at least so many seconds, until everything that was handed in is settled or none comes.

    ``product``: the folder of the packages under attack.
    """
    with Feeds(len(plan.first)) as feeds, Deployment(folder, feeds, product=product) as deployment:
        return Run(plan, deployment, feeds, patience=patience).carry_out(seconds)


class Run:
    """``failures``: what should have happened and did not, a sentence each."""

    def __init__(self, plan: Plan, deployment: Deployment, feeds: Feeds, *, patience: Patience) -> None:
        self._plan, self._deployment, self._feeds, self._patience = plan, deployment, feeds, patience
        self._journal: dict[Key, str] = {}
        self._failures: list[str] = []
        self._over = threading.Event()
        self._handing_in = ThreadPoolExecutor(16)
        self._handed_in: list[Future[None]] = []
        self._floods, self._bad, self._seeds = iter(plan.floods), iter(plan.bad), iter(plan.seeds)
        self._servers = threading.RLock()  # of two lanes one at a time does something to the database or the broker
        self._began = time.monotonic()

    def carry_out(self, seconds: float) -> Verdict:
        for number, articles in enumerate(self._plan.first):
            self._grow(number, articles)
        for each in self._plan.migrating:
            self._lane([each], self._migrate)
        self._deployment.command("migrate", "migrate")
        self._deployment.start()
        growing = threading.Thread(target=self._grow_on, daemon=True)
        growing.start()
        lanes: list[tuple[Sequence[Attack], Callable[[Attack], None]]] = [
            (self._plan.poller, self._on_poller),
            (self._plan.parents, self._on_worker),
            (self._plan.children, self._on_worker),
            (self._plan.seeding, self._on_seed),
        ]
        with ThreadPoolExecutor(len(lanes)) as pool:
            for done in [pool.submit(self._lane, *lane) for lane in lanes]:
                done.result()
        self._replay_all()
        time.sleep(max(0.0, self._began + seconds - time.monotonic()))
        self._over.set()
        growing.join()
        return self._count()

    # --- what comes in ---

    def _grow(self, feed: int, articles: Sequence[Article]) -> None:
        self._journal.update({(f"Feed {feed}", article.key): article.title for article in articles})
        self._feeds.grow(feed, articles)

    def _grow_on(self) -> None:
        for growth in self._plan.growths:
            if self._over.wait(GROWTH_SECONDS):
                return
            self._grow(growth.feed, growth.articles)

    def _begin_to_hand_in(self, articles: Iterable[Article], *, codes: Sequence[int] = (0,)) -> None:
        self._handed_in.append(self._handing_in.submit(self._hand_in, articles, codes=codes))

    def _wait_for_seeds(self) -> None:
        for each in self._handed_in:
            try:
                each.result()
            except NeverHappenedError as error:
                self._failures.append(str(error))

    def _hand_in(self, articles: Iterable[Article], *, codes: Sequence[int] = (0,)) -> None:
        """By `copydesk seed`, again when it was killed, until it says that all is settled."""
        given = list(articles)
        self._journal.update({(SEED, article.key): article.title for article in given})
        file = self._deployment.folder / f"{given[0].key}.jsonl"
        lines = [json.dumps({"id": each.key, "title": each.title, "text": each.text}) for each in given]
        file.write_text("\n".join(lines))
        while (code := self._deployment.command("seed", "seed", str(file))) == -signal.SIGKILL:
            pass
        if code not in codes:
            self._failures.append(f"seed {file.name} ended with {code}")

    # --- lanes ---

    def _lane(self, attacks: Sequence[Attack], carry_out: Callable[[Attack], None]) -> None:
        for each in attacks:
            began = time.monotonic()
            try:
                carry_out(each)
            except NeverHappenedError as error:
                # A point that is reached later than its lane waits was reached all the same: _count looks.
                if each.what != "point":
                    self._failures.append(f"{each}: {error}")
            at = time.monotonic()
            print(f"{at - self._began:6.1f} s  {each} ({at - began:.1f} s)", flush=True)

    def _migrate(self, each: Attack) -> None:
        hooks.arm(self._deployment.hooks, BY_NAME[each.target])
        self._deployment.command("migrate", "migrate")
        self._deployment.wait_for(each.target, seconds=0)

    def _on_poller(self, each: Attack) -> None:
        if each.what == "kill":
            self._deployment.poller.kill()
            return
        point = BY_NAME[each.target]
        hooks.arm(self._deployment.hooks, point)
        if point.cause == "flood":
            flood = next(self._floods)
            self._grow(flood.feed, flood.articles)
        if point.cause == "receiver fails":
            self._feeds.failing_receiver.set()
        if point.cause == "host rests":
            resting = [host for host in range(2, HOSTS + 1) if f"127.0.0.{host}" not in self._feeds.resting]
            self._feeds.resting.add(f"127.0.0.{resting[-1]}")
        try:
            self._deployment.wait_for(point.name, seconds=self._patience.point_seconds)
        finally:
            self._feeds.failing_receiver.clear()
            if point.cause == "host rests":
                self._feeds.resting.clear()

    def _on_worker(self, each: Attack) -> None:
        if each.what == "point" and BY_NAME[each.target].cause in {"database away", "worker stopped", "worker killed"}:
            with self._servers:
                self._on_workers_point(BY_NAME[each.target])
        elif each.what == "point":
            self._on_workers_point(BY_NAME[each.target])
        elif each.what == "flush":
            self._work_goes_on()
            self._flush()
        elif each.what == "poison":
            self._poison()
        else:
            with self._servers:
                self._kill(each.target)

    def _work_goes_on(self) -> None:
        """Returns when something more is settled than was at the call. Raises NeverHappenedError."""

        def settled() -> int:
            try:
                with self._deployment.postgresql.connect() as connection:
                    row = connection.execute("SELECT count(*) FROM sightings").fetchone()
            except psycopg.Error:  # another lane has it away
                return -1
            return int(row[0]) if row else -1

        before = max(settled(), 0)
        until(lambda: settled() > before, "work goes on", seconds=self._patience.point_seconds)

    def _on_workers_point(self, point: Point) -> None:
        deployment = self._deployment
        if point.cause in {"database away", "worker stopped", "worker killed"}:
            self._work_goes_on()
        hooks.arm(deployment.hooks, point)
        match point.cause:
            case "database away":
                self._take_the_database_away(point)
            case "bad article":
                self._begin_to_hand_in([next(self._bad)], codes=(1,))
            case "worker stopped":
                until(deployment.worker.descendants, "the worker runs")
                deployment.worker.tell(signal.SIGTERM)
            case "worker killed":
                self._kill("worker parent")
            case _:
                pass
        deployment.wait_for(point.name, seconds=self._patience.point_seconds)

    def _take_the_database_away(self, point: Point) -> None:
        """More than once if need be: a worker that happens to start meanwhile refuses to, and reaches nothing."""
        for _ in range(AWAY_TIMES):
            self._deployment.postgresql.process.stop(signal.SIGKILL)
            with contextlib.suppress(NeverHappenedError):
                self._deployment.wait_for(point.name, seconds=AWAY_SECONDS)
            self._deployment.postgresql.start()
            if self._deployment.is_fired(point.name):
                return
            self._work_goes_on()

    def _kill(self, target: str) -> None:
        deployment = self._deployment
        self._work_goes_on()
        match target:
            case "broker":
                deployment.broker.process.kill()
                deployment.broker.wait()
            case "postgresql":
                deployment.postgresql.process.kill()
                deployment.postgresql.wait()
            case "worker parent":
                until(deployment.worker.descendants, "the worker has a Celery process")
                os.kill(deployment.worker.descendants()[0], signal.SIGKILL)
            case _:
                until(lambda: len(deployment.worker.descendants()) > 1, "the worker has children")
                os.kill(deployment.worker.descendants()[-1], signal.SIGKILL)

    def _flush(self) -> None:
        """Redis is emptied while a seed waits and feeds come in."""
        self._begin_to_hand_in(self._plan.waiting)
        with self._deployment.broker.client() as client:
            until(lambda: client.zcard(routing.INBOX_WAITING["backfill"]) > 50, "a seed waits in the inbox")
            client.flushall()

    def _poison(self) -> None:
        """Returns when it is in quarantine. Raises NeverHappenedError: it goes on killing."""
        deadly = next(self._bad)
        self._grow(0, [deadly])

        def is_quarantined() -> bool:
            with self._deployment.postgresql.connect() as connection:
                found = connection.execute("SELECT 1 FROM quarantine WHERE entry_key = %s", [deadly.key])
                return found.fetchone() is not None

        def is_over() -> bool:
            with contextlib.suppress(psycopg.Error):  # another lane has it away
                return is_quarantined() or self._deployment.deaths() > DEATHS_MAX
            return False

        until(is_over, f"{deadly.key} is in quarantine", seconds=POISON_SECONDS)
        if not is_quarantined():
            raise NeverHappenedError(f"{deadly.key} killed {self._deployment.deaths()} and is not in quarantine")

    def _on_seed(self, each: Attack) -> None:
        hooks.arm(self._deployment.hooks, BY_NAME[each.target])
        self._begin_to_hand_in(next(self._seeds))
        self._deployment.wait_for(each.target, seconds=self._patience.point_seconds)

    # --- the end ---

    def _replay_all(self) -> None:
        """What was quarantined for the poison is handed in again, now that there is none."""
        for bad in self._bad:
            self._begin_to_hand_in([bad], codes=(1,))
        self._wait_for_seeds()
        if not self._plan.bad:
            return
        self._deployment.cure()
        self._lane(self._plan.replaying, self._on_replay)
        self._deployment.command("replay", "quarantine", "replay", "--all")

    def _on_replay(self, each: Attack) -> None:
        with self._deployment.postgresql.connect() as connection:
            row = connection.execute("SELECT raw_id FROM quarantine LIMIT 1").fetchone()
        if row is None:
            raise NeverHappenedError("nothing is in quarantine")
        hooks.arm(self._deployment.hooks, BY_NAME[each.target])
        while self._deployment.command("replay", "quarantine", "replay", row[0]) == -signal.SIGKILL:
            pass
        self._deployment.wait_for(each.target, seconds=0)

    def _counted(self) -> Verdict:
        """As it is now. The inbox first: what still lies there may become anything yet, also a duplicate."""
        try:
            with self._deployment.broker.client() as client:
                left = sum(client.zcard(places) for places in INBOX)
            with self._deployment.postgresql.connect() as connection:
                verdict = judge(self._journal, read(connection))
        except (psycopg.Error, RedisError) as error:
            return Verdict(accepted=0, lost=[f"a server is away: {error}"])
        if left:
            verdict.lost.append(f"{left} in the inbox were never settled")
        return verdict

    def _count(self) -> Verdict:
        """As soon as all is as it has to be, else when nothing more has changed for a while."""
        before, since = "", time.monotonic()
        while True:
            verdict = self._counted()
            if str(verdict) != before:
                before, since = str(verdict), time.monotonic()
            is_final = verdict.duplicated and not verdict.lost  # what is there twice stays so
            if verdict.good or is_final or time.monotonic() - since > self._patience.settle_seconds:
                break
            time.sleep(0.5)
        verdict.unexpected += self._failures
        verdict.unexpected += [
            f"nobody died at {each.target}"
            for each in self._plan.attacks
            if each.what == "point" and not self._deployment.is_fired(each.target)
        ]
        return verdict

"""One attack at a time, carried out: a process brought to its crash point, killed, or deprived of what it stands on."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle
from typing import Final, LiteralString

import psycopg

from shared import routing
from tests.faults import hooks
from tests.faults.deployment import Deployment
from tests.faults.feeds import HOSTS, Feeds
from tests.faults.handing_in import HandingIn
from tests.faults.plan import Attack, Plan
from tests.faults.points import BY_NAME, Point
from tests.faults.processes import NeverHappenedError, signalled, until
from tests.faults.texts import Article
from worker.pipeline import TRIES_MAX

POISON_SECONDS: Final = 400.0
AWAY_SECONDS: Final = 6.0
AWAY_TIMES: Final = 4
DELAY_SECONDS: Final = 0.05
DELAYED_SECONDS: Final = 3.0
SILENT_SECONDS: Final = 6.0
"""Longer than the 5 s for which whoever asks Redis waits for an answer."""

LOOK_SECONDS: Final = 0.25
"""Between two questions to the database, which makes a process for each."""

DEATHS_MAX: Final = TRIES_MAX + 2
"""A deadly article kills a batch, then TRIES_MAX processes alone; with one to spare, whatever it kills is too many."""

NEEDS_SERVERS: Final = {"database away", "worker stopped", "worker killed"}


@dataclass(frozen=True, kw_only=True)
class Patience:
    """``point_seconds``: how long a lane waits for a point before it goes on.

    ``settle_seconds``: so long after the last change nothing more is expected. Both are longer under load.
    """

    point_seconds: float = 40.0
    settle_seconds: float = 90.0


PATIENT: Final = Patience()


class Strikes:
    """Of one run. Every method raises NeverHappenedError where what should happen does not."""

    def __init__(self, deployment: Deployment, feeds: Feeds, handing_in: HandingIn, patience: Patience) -> None:
        self._patience = patience
        self._deployment, self._feeds, self._handing_in = deployment, feeds, handing_in
        self._servers = threading.RLock()  # of two lanes one at a time takes something away that all stand on
        self._losses = 0
        self._awaited: list[Point] = []
        self._hosts = cycle(range(HOSTS, 1, -1))  # the first one is the receiver of webhooks too

    def begin(self, plan: Plan) -> None:
        """What attacks need is of this round from now on."""
        self._plan = plan
        self._floods, self._seeds = iter(plan.floods), iter(plan.seeds)
        self._bad, self._deadly = iter(plan.bad), iter(plan.deadly)

    def wait_for_the_rest(self) -> None:
        """For what no lane waits for: a bad article's turn comes when all that was accepted before it had theirs."""
        points = [point.name for point in self._awaited]
        self._awaited.clear()
        until(
            lambda: all(map(self._deployment.is_fired, points)),
            f"somebody dies at {points}",
            seconds=self._patience.point_seconds,
        )

    @property
    def unused_bad(self) -> Iterable[Article]:
        """Bad articles of this round that no attack has handed in."""
        return self._bad

    def on_poller(self, each: Attack) -> None:
        if each.what == "kill":
            self._deployment.poller.kill()
            return
        point = BY_NAME[each.target]
        hooks.arm(self._deployment.hooks, point)
        if point.cause == "flood":
            flood = next(self._floods)
            self._handing_in.grow(flood.feed, flood.articles)
        if point.cause == "receiver fails":
            self._feeds.failing_receiver.set()
        if point.cause == "host rests":
            self._feeds.resting.add(f"127.0.0.{next(self._hosts)}")
        try:
            self._deployment.wait_for(point.name, seconds=self._patience.point_seconds)
        finally:
            self._feeds.failing_receiver.clear()
            self._feeds.resting.clear()

    def on_worker(self, each: Attack) -> None:
        if each.what == "point" and BY_NAME[each.target].cause not in NEEDS_SERVERS:
            self._bring_worker_to(BY_NAME[each.target])
        else:
            with self._servers:
                self._work_goes_on()
                if each.what == "point":
                    self._bring_worker_to(BY_NAME[each.target])
                elif each.what == "flush":
                    self._flush()
                elif each.what == "lose":
                    self._losses += 1
                    self._deployment.broker.lose_everything()
                else:
                    self._kill(each.target)

    def on_network(self, each: Attack) -> None:
        """Everything passes again, and work goes on, when this returns."""
        network = self._deployment.to_redis
        with self._servers:
            self._work_goes_on()
            match each.target:
                case "delay":
                    network.delay(DELAY_SECONDS)
                    time.sleep(DELAYED_SECONDS)
                case "cut":
                    network.cut()
                case "black hole":
                    network.black_hole()
                    time.sleep(SILENT_SECONDS)
                case _:
                    network.half_open()
            network.heal()
            self._work_goes_on()

    def on_seed(self, each: Attack) -> None:
        hooks.arm(self._deployment.hooks, BY_NAME[each.target])
        self._handing_in.begin_to_seed(next(self._seeds))
        self._deployment.wait_for(each.target, seconds=self._patience.point_seconds)

    def poison(self, _each: Attack) -> None:
        """Returns when the next deadly article is in quarantine."""
        deadly = next(self._deadly)
        deaths, losses = self._deployment.deaths(), self._losses
        self._handing_in.grow(deadly.feed, deadly.articles)
        key = deadly.articles[0].key

        def died() -> int:
            return self._deployment.deaths() - deaths

        def is_too_many() -> bool:
            # A Redis that lost everything has lost the count of its tries.
            return died() > DEATHS_MAX * (1 + self._losses - losses)

        query = "SELECT count(*) FROM quarantine WHERE entry_key = %s"
        until(
            lambda: self._number(query, key) == 1 or is_too_many(),
            f"{key} is in quarantine",
            seconds=POISON_SECONDS,
            pause_seconds=LOOK_SECONDS,
        )
        if is_too_many():
            raise NeverHappenedError(f"{key} killed {died()} processes")

    def migrate(self, each: Attack) -> None:
        hooks.arm(self._deployment.hooks, BY_NAME[each.target])
        self._deployment.command("migrate", "migrate")
        self._deployment.wait_for(each.target, seconds=0)

    def replay(self, each: Attack) -> None:
        with self._deployment.postgresql.connect() as connection:
            row = connection.execute("SELECT raw_id FROM quarantine LIMIT 1").fetchone()
        if row is None:
            raise NeverHappenedError("nothing is in quarantine")
        hooks.arm(self._deployment.hooks, BY_NAME[each.target])
        while self._deployment.command("replay", "quarantine", "replay", row[0]) == -signal.SIGKILL:
            pass
        self._deployment.wait_for(each.target, seconds=0)

    def _number(self, query: LiteralString, *values: str) -> int:
        """What the database counts; -1 while another lane has it away."""
        try:
            with self._deployment.postgresql.connect() as connection:
                row = connection.execute(query, values).fetchone()
        except psycopg.Error:
            return -1
        return int(row[0]) if row else -1

    def _work_goes_on(self) -> None:
        """Returns when something more is settled than was at the call."""

        def settled() -> int:
            return self._number("SELECT count(*) FROM sightings")

        before = max(settled(), 0)
        until(
            lambda: settled() > before, "work goes on", seconds=self._patience.point_seconds, pause_seconds=LOOK_SECONDS
        )

    def _bring_worker_to(self, point: Point) -> None:
        deployment = self._deployment
        hooks.arm(deployment.hooks, point)
        match point.cause:
            case "database away":
                self._take_the_database_away(point)
            case "bad article":
                self._handing_in.grow(0, [next(self._bad)])
                self._awaited.append(point)
                return
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
        match target:
            case "broker":
                deployment.broker.process.kill()
                deployment.broker.wait()
            case "postgresql":
                deployment.postgresql.process.kill()
                deployment.postgresql.wait()
            case "worker parent":
                until(lambda: self._kill_below(slice(0, 1)), "the worker's Celery process is killed")
            case _:
                until(lambda: self._kill_below(slice(1, None)), "a child of the worker is killed")

    def _kill_below(self, which: slice) -> bool:
        """The last of these among the processes below the worker's supervisor; whether it was still there."""
        return any(signalled(pid, signal.SIGKILL) for pid in self._deployment.worker.descendants()[which][-1:])

    def _flush(self) -> None:
        """Redis is emptied while a seed waits and feeds come in."""
        self._handing_in.begin_to_seed(self._plan.waiting)
        with self._deployment.broker.client() as client:
            waits = routing.INBOX_WAITING["backfill"]
            until(lambda: client.zcard(waits) > 50, "a seed waits in the inbox", seconds=self._patience.point_seconds)
            self._losses += 1
            client.flushall()

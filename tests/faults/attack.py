"""Carries rounds of attacks out on a deployment, lane beside lane, while articles come in; then counts."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import psycopg
from redis.exceptions import RedisError

from shared import routing
from tests.faults.deployment import ROOT, Deployment
from tests.faults.feeds import Feeds
from tests.faults.handing_in import QUARANTINED, HandingIn
from tests.faults.journal import Journal
from tests.faults.plan import Attack, Plan, draw, growths_of
from tests.faults.processes import NeverHappenedError, slowness
from tests.faults.strikes import PATIENT, Patience, Strikes
from tests.faults.verdict import Verdict, judge, read

GROWTH_SECONDS: Final = 0.35
ROUND_SECONDS: Final = 60.0
"""Where less is left, no other round is begun."""

SAMPLE_SECONDS: Final = 2.0
INBOX: Final = {"retry": routing.INBOX_RETRY, **routing.INBOX_WAITING, "claimed": routing.INBOX_CLAIMED}


def attack(plan: Plan, folder: Path, *, seconds: float, product: Path = ROOT, patience: Patience = PATIENT) -> Verdict:
    """All of the plan, then further rounds of its seed for ``seconds``, until what was handed in is settled or none is.

    ``product``: the folder of the packages under attack.
    """
    with (
        Feeds(len(plan.first)) as feeds,
        Deployment(folder, feeds, product=product) as deployment,
        Journal(folder / "journal.jsonl") as journal,
    ):
        return Run(plan, deployment, feeds, journal, patience=patience).carry_out(seconds)


class Run:
    """``failures``: what should have happened and did not, a sentence each."""

    def __init__(
        self, plan: Plan, deployment: Deployment, feeds: Feeds, journal: Journal, *, patience: Patience
    ) -> None:
        self._plan, self._deployment, self._journal, self._patience = plan, deployment, journal, patience
        self._handing_in = HandingIn(deployment, feeds, journal)
        self._strikes = Strikes(deployment, feeds, self._handing_in, patience)
        self._growths = growths_of(plan)
        self._armed: set[str] = set()
        self._failures: list[str] = []

    def carry_out(self, seconds: float) -> Verdict:
        for number, articles in enumerate(self._plan.first):
            self._handing_in.grow(number, articles)
        self._lane(self._plan.migrating, self._strikes.migrate)
        self._deployment.command("migrate", "migrate")
        self._deployment.start()
        with beside(self._sample, every=lambda: SAMPLE_SECONDS):
            with beside(self._grow, every=lambda: GROWTH_SECONDS * slowness()):
                self._round(self._plan)
                number = 1
                while seconds - self._journal.seconds > ROUND_SECONDS:
                    self._deployment.poison()
                    self._round(draw(self._plan.seed, number), ends=seconds)
                    number += 1
                time.sleep(max(0.0, seconds - self._journal.seconds))
            return self._count()

    def _round(self, plan: Plan, *, ends: float | None = None) -> None:
        """``ends``: the run's second after which no further attack is begun."""
        self._say("round begins", plan=plan.digest)
        self._strikes.begin(plan)
        self._growths = growths_of(plan)
        lanes: list[tuple[Sequence[Attack], Callable[[Attack], None]]] = [
            (plan.poller, self._strikes.on_poller),
            (plan.parents, self._strikes.on_worker),
            (plan.children, self._strikes.on_worker),
            (plan.network, self._strikes.on_network),
            (plan.poisoning, self._strikes.poison),
            (plan.seeding, self._strikes.on_seed),
        ]
        with ThreadPoolExecutor(len(lanes)) as pool:
            for done in [pool.submit(self._lane, *lane, ends=ends) for lane in lanes]:
                done.result()
        for bad in self._strikes.unused_bad:
            self._handing_in.begin_to_seed([bad], code=QUARANTINED)
        self._handing_in.wait_for_seeds()
        with contextlib.suppress(NeverHappenedError):  # _count looks
            self._strikes.wait_for_the_rest()
        self._deployment.cure()
        self._lane(plan.replaying, self._strikes.replay)
        self._deployment.command("replay", "quarantine", "replay", "--all")

    def _lane(
        self, attacks: Sequence[Attack], carry_out: Callable[[Attack], None], *, ends: float | None = None
    ) -> None:
        for each in attacks:
            began = self._journal.seconds
            if ends is not None and began > ends:
                return
            if each.what == "point":
                self._armed.add(each.target)
            try:
                carry_out(each)
            except NeverHappenedError as error:
                # A point that is reached later than its lane waits was reached all the same: _count looks.
                if each.what != "point":
                    self._failures.append(f"{each}: {error}")
                self._say(str(each), failed=str(error))
            else:
                self._say(str(each), took=round(self._journal.seconds - began, 1))

    def _say(self, what: str, **more: object) -> None:
        self._journal.say(what, **more)
        told = ", ".join(f"{name} {value}" for name, value in more.items())
        print(f"{self._journal.seconds:6.1f} s  {what} ({told})", flush=True)

    def _grow(self) -> None:
        growth = next(self._growths, None)
        if growth is not None:
            self._handing_in.grow(growth.feed, growth.articles)

    def _sample(self) -> None:
        """How full the inbox is: what a red run is read by."""
        try:
            with self._deployment.broker.client() as client:
                self._journal.say("inbox", **{name: client.zcard(key) for name, key in INBOX.items()})
        except (RedisError, OSError):
            self._journal.say("inbox", away=True)

    def _counted(self) -> Verdict:
        """As it is now. The inbox first: what still lies there may become anything yet, also a duplicate."""
        try:
            with self._deployment.broker.client() as client:
                left = sum(client.zcard(places) for places in INBOX.values())
            with self._deployment.postgresql.connect() as connection:
                verdict = judge(self._journal.handed_in, read(connection))
        except (psycopg.Error, RedisError) as error:
            return Verdict(accepted=0, lost=[f"a server is away: {error}"])
        if left:
            verdict.lost.append(f"{left} in the inbox were never settled")
        return verdict

    def _count(self) -> Verdict:
        """As soon as all is as it has to be, else when nothing more has changed for a while."""
        self._say("attacks are over", handed_in=len(self._journal.handed_in))
        before, since = "", time.monotonic()
        while True:
            verdict = self._counted()
            if str(verdict) != before:
                before, since = str(verdict), time.monotonic()
            is_final = verdict.duplicated and not verdict.lost  # what is there twice stays so
            waited = time.monotonic() - since
            if verdict.good or is_final or waited > self._patience.settle_seconds * slowness():
                break
            time.sleep(0.5)
        never = sorted(point for point in self._armed if not self._deployment.is_fired(point))
        verdict.unexpected += self._failures + self._handing_in.failures
        verdict.unexpected += [f"nobody died at {point}" for point in never]
        return verdict


@contextlib.contextmanager
def beside(step: Callable[[], None], *, every: Callable[[], float]) -> Iterator[None]:
    """Takes the step again and again, so many seconds after one another, in a thread. Raises what it raised."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(every()):
            step()

    with ThreadPoolExecutor(1) as pool:
        repeating = pool.submit(repeat)
        try:
            yield
        finally:
            over.set()
        repeating.result()

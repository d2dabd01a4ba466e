"""A round of attacks drawn whole before it begins: what feeds and seeds hold, and what is done in which order.

Pure: same seed, same plan. How long each step takes is the machine's; each follows when the one before has happened.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tests.faults.points import POINTS, Point, Role, Step
from tests.faults.texts import Article, Writer

FEEDS: Final = 24
FIRST_ENTRIES: Final = 20
GROWTHS: Final = 450
FLOOD_ENTRIES: Final = 60
"""More than one accept takes: accepted in chunks."""

SEED_LINES: Final = 120
WAITING_LINES: Final = 300
DEADLY: Final = 1
"""Each kills some five processes before it is in quarantine."""

What = Literal["point", "kill", "flush", "lose", "network", "poison"]

KILLED: Final = ("worker parent", "worker child", "broker", "postgresql")
NETWORK: Final = ("delay", "cut", "black hole", "half-open")

PARENTS_STEPS: Final = {Step.DELIVER, Step.SWEEP, Step.START, Step.STOP, Step.RELAY}
"""Of a worker's steps those that its supervisor and its Celery process take; its children take the rest."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """``target``: a crash point's name, who is killed, or what the network between services and Redis does.

    "flush": Redis is emptied. "lose": it is killed and its append-only file deleted. "poison": whoever parses the next
    deadly article dies of it.
    """

    what: What
    target: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.target}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Growth:
    feed: int
    articles: tuple[Article, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One round. ``lanes`` run beside each other, the attacks of one lane one after the other.

    ``growths`` come at even distances, as many as the round has time for (growths_of has more); ``floods`` and ``bad``
    when a point needs one. ``migrating`` comes before, ``replaying`` after everything else.
    """

    seed: int
    first: tuple[tuple[Article, ...], ...]
    growths: tuple[Growth, ...]
    floods: tuple[Growth, ...]
    seeds: tuple[tuple[Article, ...], ...]
    waiting: tuple[Article, ...]
    bad: tuple[Article, ...]
    deadly: tuple[Growth, ...] = ()
    poller: tuple[Attack, ...]
    parents: tuple[Attack, ...]
    children: tuple[Attack, ...]
    network: tuple[Attack, ...] = ()
    poisoning: tuple[Attack, ...] = ()
    seeding: tuple[Attack, ...]
    replaying: tuple[Attack, ...]
    migrating: tuple[Attack, ...]

    @property
    def digest(self) -> str:
        """12 hex digits over all of it."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    @property
    def lanes(self) -> tuple[tuple[Attack, ...], ...]:
        return (self.poller, self.parents, self.children, self.network, self.poisoning, self.seeding)

    @property
    def attacks(self) -> tuple[Attack, ...]:
        return (*self.migrating, *(attack for lane in self.lanes for attack in lane), *self.replaying)


def draw(seed: int, number: int = 0) -> Plan:
    """A run's round: every crash point, every kill, every fault of the network, Redis emptied while a seed waits and
    deprived of its file, a deadly article: each once.

    ``number``: the first of them, 0, also migrates the database and makes the feeds; the others find both.
    """
    rng = random.Random(seed) if number == 0 else random.Random(f"{seed} {number}")
    writer = Writer(rng, prefix="a" if number == 0 else f"r{number}a")
    causes = [point.cause for point in POINTS]
    of_parents = [point for point in points_of("worker") if point.step in PARENTS_STEPS]
    of_children = [point for point in points_of("worker") if point.step not in PARENTS_STEPS]
    replays, seedings = points_of("replay"), points_of("seed")

    def growths(count: int, size: int = 1) -> tuple[Growth, ...]:
        return tuple(Growth(feed=rng.randrange(FEEDS), articles=writer.articles(size)) for _ in range(count))

    return Plan(
        seed=seed,
        first=tuple(writer.articles(FIRST_ENTRIES) for _ in range(FEEDS)) if number == 0 else (),
        growths=growths(GROWTHS),
        floods=growths(causes.count("flood"), FLOOD_ENTRIES),
        seeds=tuple(writer.articles(SEED_LINES) for _ in seedings),
        waiting=writer.articles(WAITING_LINES),
        bad=tuple(writer.raising() for _ in range(max(causes.count("bad article"), len(replays)))),
        deadly=tuple(Growth(feed=rng.randrange(FEEDS), articles=(writer.deadly(),)) for _ in range(DEADLY)),
        poller=_shuffled(rng, [*_points(points_of("poller")), Attack(what="kill", target="poller")]),
        parents=_shuffled(rng, [*_points(of_parents), *_kills(), Attack(what="lose")]),
        children=_shuffled(rng, [*_points(of_children), Attack(what="flush")]),
        network=_shuffled(rng, [Attack(what="network", target=fault) for fault in NETWORK]),
        poisoning=(Attack(what="poison"),) * DEADLY,
        seeding=_points(seedings),
        replaying=_points(replays),
        migrating=_points(points_of("migrate")) if number == 0 else (),
    )


def growths_of(plan: Plan) -> Iterator[Growth]:
    """The plan's own, then others without end, of the same feeds: a slow machine takes its time."""
    yield from plan.growths
    rng = random.Random(plan.digest)
    writer = Writer(rng, prefix=f"{plan.digest[:6]}a")
    feeds = sorted({growth.feed for growth in plan.growths})
    while feeds:
        yield Growth(feed=rng.choice(feeds), articles=writer.articles(1))


def points_of(role: Role) -> list[Point]:
    return [point for point in POINTS if point.role == role]


def _points(points: Iterable[Point]) -> tuple[Attack, ...]:
    return tuple(Attack(what="point", target=point.name) for point in points)


def _kills() -> list[Attack]:
    return [Attack(what="kill", target=target) for target in KILLED]


def _shuffled(rng: random.Random, attacks: list[Attack]) -> tuple[Attack, ...]:
    return tuple(rng.sample(attacks, len(attacks)))

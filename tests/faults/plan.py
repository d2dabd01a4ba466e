"""A run drawn whole before it begins: what the feeds and seeds hold, and what is done in which order.

Pure: same seed, same plan. How long each step takes is the machine's; each follows when the one before has happened.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from tests.faults.points import POINTS, Point, Role, Step
from tests.faults.texts import Article, Writer

FEEDS: Final = 24
FIRST_ENTRIES: Final = 24
GROWTHS: Final = 450
FLOOD_ENTRIES: Final = 60
"""More than one accept takes: accepted in chunks."""

SEED_LINES: Final = 130
WAITING_LINES: Final = 400

What = Literal["point", "kill", "flush", "poison"]

KILLED: Final = ("worker parent", "worker child", "broker", "postgresql")

NOT_BROUGHT_ABOUT: Final = {"another domain"}
"""The feeds of a run have neither pages nor proven moves, for which a poller holds a domain that is no feed's own."""

PARENTS_STEPS: Final = {Step.DELIVER, Step.SWEEP, Step.START, Step.STOP, Step.RELAY}
"""Of a worker's steps those that its supervisor and its Celery process take; its children take the rest."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """``target``: a crash point's name, or who is killed. "poison": whoever parses the next bad article dies of it."""

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
    """``lanes`` run beside each other, the attacks of one lane one after the other.

    ``growths`` come at even distances, as many as the run has time for; ``floods`` and ``bad`` when a point needs one.
    """

    seed: int
    first: tuple[tuple[Article, ...], ...]
    growths: tuple[Growth, ...]
    floods: tuple[Growth, ...]
    seeds: tuple[tuple[Article, ...], ...]
    waiting: tuple[Article, ...]
    bad: tuple[Article, ...]
    poller: tuple[Attack, ...]
    parents: tuple[Attack, ...]
    children: tuple[Attack, ...]
    seeding: tuple[Attack, ...]
    replaying: tuple[Attack, ...]
    migrating: tuple[Attack, ...]

    @property
    def digest(self) -> str:
        """12 hex digits over all of it."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    @property
    def attacks(self) -> tuple[Attack, ...]:
        return (*self.migrating, *self.poller, *self.parents, *self.children, *self.seeding, *self.replaying)


def draw(seed: int) -> Plan:
    """Every crash point whose cause is brought about, every kill, and Redis emptied while a seed waits: each once."""
    rng = random.Random(seed)
    writer = Writer(rng)
    causes = [point.cause for point in POINTS]
    of_parents = [point for point in points_of("worker") if point.step in PARENTS_STEPS]
    of_children = [point for point in points_of("worker") if point.step not in PARENTS_STEPS]
    replays, seedings = points_of("replay"), points_of("seed")
    return Plan(
        seed=seed,
        first=tuple(writer.articles(FIRST_ENTRIES) for _ in range(FEEDS)),
        growths=tuple(Growth(feed=rng.randrange(FEEDS), articles=writer.articles(1)) for _ in range(GROWTHS)),
        floods=tuple(
            Growth(feed=rng.randrange(FEEDS), articles=writer.articles(FLOOD_ENTRIES))
            for _ in range(causes.count("flood"))
        ),
        seeds=tuple(writer.articles(SEED_LINES) for _ in seedings),
        waiting=writer.articles(WAITING_LINES),
        bad=tuple(writer.raising() for _ in range(max(causes.count("bad article"), len(replays)))),
        poller=_shuffled(rng, [*_points(points_of("poller")), Attack(what="kill", target="poller")]),
        parents=_shuffled(rng, [*_points(of_parents), *_kills()]),
        children=_shuffled(rng, [*_points(of_children), Attack(what="flush")]),
        seeding=_points(seedings),
        replaying=_points(replays),
        migrating=_points(points_of("migrate")),
    )


def points_of(role: Role) -> list[Point]:
    return [point for point in POINTS if point.role == role and point.cause not in NOT_BROUGHT_ABOUT]


def _points(points: Iterable[Point]) -> tuple[Attack, ...]:
    return tuple(Attack(what="point", target=point.name) for point in points)


def _kills() -> list[Attack]:
    return [Attack(what="kill", target=target) for target in KILLED]


def _shuffled(rng: random.Random, attacks: list[Attack]) -> tuple[Attack, ...]:
    return tuple(rng.sample(attacks, len(attacks)))

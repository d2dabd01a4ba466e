"""What the product must not be like: one promise switched off at a time, and by what the count has to give it away.

Pure. An edit names its text by heart, and a test asks that the product has it exactly once: whoever changes the code
changes the mutation with it, or removes a promise in the open.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, Literal, get_args

from tests.faults.plan import Attack, Growth, Plan
from tests.faults.texts import Writer

Sign = Literal["lost", "duplicated", "unexpected"]
SIGNS: Final[tuple[Sign, ...]] = get_args(Sign)


class EditError(Exception):
    """The text of an edit is not there exactly once; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """``file``: from the folder that holds the packages."""

    file: str
    text: str
    becomes: str

    def applied(self, source: str) -> str:
        """Raises EditError."""
        if (times := source.count(self.text)) != 1:
            raise EditError(f"{self.file} has the text to be replaced {times} times: {self.text!r}")
        return source.replace(self.text, self.becomes)


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """``signs``: the lists of the verdict that are not empty; where nothing is switched off none is."""

    name: str
    edits: tuple[Edit, ...] = ()
    signs: frozenset[Sign] = frozenset()
    plan: Plan


FEEDS: Final = 3
FIRST_ENTRIES: Final = 8
GROWTHS: Final = 400
"""More than a run has time for: as long as a point is waited for, articles come."""

SEED: Final = 20_261_129


def _plan(*, poller: tuple[Attack, ...] = (), children: tuple[Attack, ...] = (), deadly: int = 0) -> Plan:
    rng = random.Random(SEED)
    writer = Writer(rng)
    return Plan(
        seed=SEED,
        first=tuple(writer.articles(FIRST_ENTRIES) for _ in range(FEEDS)),
        growths=tuple(Growth(feed=rng.randrange(FEEDS), articles=writer.articles(1)) for _ in range(GROWTHS)),
        floods=(),
        seeds=(),
        waiting=(),
        bad=(),
        deadly=tuple(Growth(feed=0, articles=(writer.deadly(),)) for _ in range(deadly)),
        poller=poller,
        parents=(),
        children=children,
        poisoning=(Attack(what="poison"),) * deadly,
        seeding=(),
        replaying=(),
        migrating=(),
    )


KILLED_BETWEEN: Final = _plan(
    poller=(Attack(what="point", target="accept.before"),),
    children=tuple(
        Attack(what="point", target=point)
        # Each is reached with articles in hand only, so that none of these deaths is one in vain: claimed and not yet
        # looked at, in the transaction, between the commit and settling.
        for point in ("known.before", "store.write.before", "settle.before")
    ),
)
POISONED: Final = _plan(deadly=1)

CONTROLS: Final = (
    Mutation(name="as it is, killed between steps", plan=KILLED_BETWEEN),
    Mutation(name="as it is, poisoned", plan=POISONED),
)
"""Were these red too, a red mutation would say nothing."""

MUTATIONS: Final = (
    Mutation(
        name="the sweep gives nothing back",
        edits=(
            Edit(file="worker/sweep.lua", text="if not owner or lease <= now or dead then", becomes="if false then"),
        ),
        signs=frozenset({"lost"}),
        plan=KILLED_BETWEEN,
    ),
    Mutation(
        name="no unique key, and nobody asks what is settled already",
        edits=(
            Edit(
                file="worker/storage/migrations/versions/0001_initial.py",
                text='        sa.UniqueConstraint("raw_id", name="uq_sightings_raw_id"),\n',
                becomes="",
            ),
            Edit(
                file="worker/storage/migrations/versions/0001_initial.py",
                text='        sa.PrimaryKeyConstraint("raw_id", name="pk_raw_articles"),\n',
                becomes="",
            ),
            Edit(
                file="worker/storage/ledger.py",
                text="    if not raw_ids:\n        return {}\n",
                becomes="    if True:\n        return {}\n",
            ),
        ),
        signs=frozenset({"duplicated", "unexpected"}),  # the second time it is found to be a duplicate
        plan=KILLED_BETWEEN,
    ),
    Mutation(
        name="the feed's state is written before its articles are accepted",
        edits=(
            Edit(
                file="ingest/polling/intake.py",
                text="        answer = await self._inbox.accept(raws, feed=update)\n",
                becomes="        await self._states.write(update.feed_id, update.fields, events=update.events)\n"
                "        answer = await self._inbox.accept(raws)\n",
            ),
        ),
        signs=frozenset({"lost"}),
        plan=KILLED_BETWEEN,
    ),
    Mutation(
        name="raw articles are settled before the commit that stores them",
        edits=(
            Edit(
                file="worker/pipeline.py",
                text="            outcomes |= self._stored(storable, claim)\n",
                becomes='            self._inbox.settle({each.raw_id: Outcome(settled="stored") for each in fresh})\n'
                "            outcomes |= self._stored(storable, claim)\n",
            ),
        ),
        signs=frozenset({"lost"}),
        plan=KILLED_BETWEEN,
    ),
    Mutation(
        name="tries have no limit",
        edits=(Edit(file="worker/pipeline.py", text="TRIES_MAX = 3\n", becomes="TRIES_MAX = 1_000_000\n"),),
        signs=frozenset({"unexpected"}),
        plan=POISONED,
    ),
)

"""The closed list of crash points: where a process can be killed between two steps of the protocol.

The product knows nothing of them: a process that is started with hooks (hooks.py) has the named functions wrapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Role = Literal["poller", "seed", "replay", "worker", "migrate"]
"""Which of the processes; ``worker`` is `copydesk work` with its Celery process and that one's children."""

When = Literal["before", "after", "second"]
"""``second``: when a generator is about to give its second item, so between two steps of the same kind."""


class Step(StrEnum):
    """The steps of the inbox protocol, from the feed to the receiver of an event."""

    FETCH = "a feed is fetched"
    LEASE = "pollers share the feeds by leases"
    FEED_STATE = "a feed's state is written without articles"
    ACCEPT = "raw articles and the feed's state are accepted together"
    HINT = "a hint is sent"
    DELIVER = "Celery takes the hint from its queue"
    CLAIM = "a drain claims raw articles"
    KNOWN = "what is settled already is told apart"
    PARSE = "they are parsed"
    STORE = "they are decided and stored in one transaction"
    SETTLE = "they leave the inbox, with a receipt"
    DRAIN = "a drain goes on to its next batch"
    GIVE_BACK = "they are given back: alone, or uncounted while the database is away"
    SWEEP = "claims are compared with living children"
    START = "a worker starts and purges the hints"
    STOP = "a worker signs off"
    RELAY = "events go from the outbox to the stream"
    WEBHOOK = "an event is sent to a webhook"
    REPLAY = "raw articles are handed in from the quarantine"
    MIGRATE = "the database is brought to this release's schema"


Cause = Literal[
    "",
    "flood",
    "database away",
    "bad article",
    "worker stopped",
    "worker killed",
    "receiver fails",
    "host rests",
    "replay",
]
"""What has to happen for a point to be reached at all; the driver sees to it."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """``target`` is ``module:function`` or ``module:Class.method``. ``passes``: it dies at so many-th passing."""

    name: str
    step: Step
    role: Role
    target: str
    when: When
    cause: Cause = ""
    passes: int = 1


def _at(
    name: str, step: Step, role: Role, target: str, *whens: When, cause: Cause = "", passes: int = 1
) -> list[Point]:
    return [
        Point(name=f"{name}.{when}", step=step, role=role, target=target, when=when, cause=cause, passes=passes)
        for when in whens
    ]


_INGEST_INBOX: Final = "ingest.inbox:Inbox"
_INBOX: Final = "worker.inbox:Inbox"
_LEASES: Final = "ingest.polling.leases:Leases"
_STATES: Final = "ingest.polling.state:FeedStates"
_JOURNAL: Final = "ingest.webhooks.journal:Journal"

POINTS: Final[tuple[Point, ...]] = (
    *_at("migrate", Step.MIGRATE, "migrate", "worker.storage.migrations:_upgrade", "before", "after"),
    *_at("fetch", Step.FETCH, "poller", "ingest.web.fetcher:Fetcher.fetch", "before", "after"),
    *_at("lease.claim", Step.LEASE, "poller", f"{_LEASES}.claim", "before", "after"),
    *_at("lease.settle", Step.LEASE, "poller", f"{_LEASES}._settle_all", "before", "after"),
    *_at("lease.enlist", Step.LEASE, "poller", f"{_LEASES}.enlist", "before", "after"),
    *_at("lease.hold", Step.LEASE, "poller", f"{_LEASES}._hold_all", "before", "after"),
    *_at("lease.renew", Step.LEASE, "poller", f"{_LEASES}._renew_all", "before", "after"),
    *_at(
        "rest", Step.LEASE, "poller", "ingest.polling.hosts:Hosts.asked_for_rest", "before", "after", cause="host rests"
    ),
    *_at("feed_state", Step.FEED_STATE, "poller", f"{_STATES}.write", "before", "after"),
    *_at("accept", Step.ACCEPT, "poller", f"{_INGEST_INBOX}.accept", "before"),
    *_at("accept.chunks", Step.ACCEPT, "poller", "ingest.polling.intake:_chunks", "second", cause="flood"),
    *_at("hint", Step.HINT, "poller", f"{_INGEST_INBOX}.hint", "before", "after"),
    *_at("seed.accept", Step.ACCEPT, "seed", f"{_INGEST_INBOX}.accept", "before", passes=2),
    *_at("seed.hint", Step.HINT, "seed", f"{_INGEST_INBOX}.hint", "before", "after", passes=2),
    *_at("deliver", Step.DELIVER, "worker", "kombu.transport.redis:QoS.append", "before", "after"),
    *_at("claim", Step.CLAIM, "worker", f"{_INBOX}.claim", "before", "after"),
    *_at("known", Step.KNOWN, "worker", "worker.storage.store:Store.settled", "before", "after"),
    *_at("parse", Step.PARSE, "worker", "worker.pipeline:ArticlePipeline._prepare", "before", passes=2),
    *_at("parse", Step.PARSE, "worker", "worker.pipeline:ArticlePipeline._prepare_in_time", "after"),
    *_at("store.write", Step.STORE, "worker", "worker.storage.store:write", "before", "after"),
    *_at("store.commit", Step.STORE, "worker", "worker.storage.store:Store._transact", "after"),
    *_at("settle", Step.SETTLE, "worker", f"{_INBOX}.settle", "before", "after"),
    *_at("drain", Step.DRAIN, "worker", "worker.pipeline:ArticlePipeline.work_off", "after"),
    *_at("give_back.alone", Step.GIVE_BACK, "worker", f"{_INBOX}.retry_alone", "before", "after", cause="bad article"),
    *_at("give_back.uncounted", Step.GIVE_BACK, "worker", f"{_INBOX}.hold", "before", "after", cause="database away"),
    *_at("sweep", Step.SWEEP, "worker", f"{_INBOX}.sweep", "before", "after"),
    *_at("purge", Step.START, "worker", f"{_INBOX}.purge_hints", "before", "after", cause="worker killed"),
    *_at("sign_off", Step.STOP, "worker", f"{_INBOX}.sign_off", "before", "after", cause="worker stopped"),
    *_at("relay.tell", Step.RELAY, "worker", "worker.relay:Relay._tell", "before", "after"),
    *_at("relay.mark", Step.RELAY, "worker", "worker.storage.outbox:mark_relayed", "after"),
    *_at("webhook.post", Step.WEBHOOK, "poller", "ingest.web.fetcher:Fetcher.post", "before", "after"),
    *_at("webhook.done", Step.WEBHOOK, "poller", f"{_JOURNAL}.done", "after"),
    *_at("webhook.failed", Step.WEBHOOK, "poller", f"{_JOURNAL}.failed", "before", "after", cause="receiver fails"),
    *_at("replay.accept", Step.REPLAY, "replay", f"{_INGEST_INBOX}.accept", "before", cause="replay"),
    *_at("replay.hint", Step.REPLAY, "replay", f"{_INGEST_INBOX}.hint", "before", "after", cause="replay"),
)

BY_NAME: Final = {point.name: point for point in POINTS}

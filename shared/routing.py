"""Names that cross the process boundary: the Celery task, its queue, and every Redis key both services touch."""

KEY_PREFIX = "copydesk:"
"""Every key in Redis begins with it, Celery's own too, so that a shared Redis is safe."""

DRAIN_TASK = "worker.drain"
"""The hint: a Celery task without arguments. It says only that there is work; losing one loses nothing."""

WORK_QUEUE = "work"
"""The one Celery queue (Celery's transport puts KEY_PREFIX before it)."""

WORK_QUEUE_KEY = KEY_PREFIX + WORK_QUEUE
HINTS_MAX = 16
"""No hint is sent when this many wait: a hint carries nothing, so more would only be popped in vain."""

INBOX_ENTRY = KEY_PREFIX + "inbox:"
"""+ raw id -> HASH meta, body, lane, accepted (ms since the epoch) [, tries, owner]."""

INBOX_WAITING = {lane: f"{KEY_PREFIX}inbox:waiting:{lane}" for lane in ("live", "backfill")}
"""lane -> ZSET raw id by time accepted (ms): accepted and not yet claimed."""

INBOX_RETRY = KEY_PREFIX + "inbox:retry"
"""ZSET raw id by not-before time (ms): to be claimed alone, one by one."""

INBOX_CLAIMED = KEY_PREFIX + "inbox:claimed"
"""ZSET raw id by end of lease (ms)."""

INBOX_TURN = KEY_PREFIX + "inbox:turn"
"""Counter of claims: it deals out the turns between retries, live and backfill."""

INBOX_HOLD = KEY_PREFIX + "inbox:hold"
"""HASH until (ms), seconds: after an outage of the database nothing is claimed or hinted before then."""

INBOX_BYTES = KEY_PREFIX + "inbox:bytes"
"""Bytes of meta and body over all entries of the inbox: what back-pressure looks at."""

INBOX_LEDGER = KEY_PREFIX + "inbox:ledger"
"""HASH since (ms), accepted, and by what it was settled as: stored, revised, copied, duplicate, quarantined; counted in
the scripts that accept and settle. Also most_bytes, the bound that was in force when something was accepted last."""

RECEIPTS = KEY_PREFIX + "receipts"
"""STREAM, one entry a settled batch, field ``receipts``: a JSON object of raw id -> outcome (see schema.Outcome)."""

EVENTS = KEY_PREFIX + "events"
"""STREAM, one entry an event of articles and stories: seq, id, type, time (ISO 8601), data (JSON). The worker's relay
writes it; webhooks and whoever likes read it."""

REFUSED = KEY_PREFIX + "refused"
"""SET of digests of what was refused at the door, so that ``status`` counts each once."""

FEED_STATE = KEY_PREFIX + "feed:"
"""+ feed id -> HASH, written by ingest in the script that accepts the feed's entries."""

WORKER_PULSE = KEY_PREFIX + "worker:"
"""+ node name -> HASH boot, beat_at, claimed_at, settled_at (ms), settled; expires after WORKER_PULSE_TTL_SECONDS."""

WORKER_PULSE_TTL_SECONDS = 600


def kombu_url(redis_url: str) -> str:
    """The broker URL of kombu for a redis-py URL: both services name the broker once, as redis-py spells it.

    >>> kombu_url("unix:///run/valkey.sock?db=0")
    'redis+socket:///run/valkey.sock?virtual_host=0'
    """
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    database = dict(pair.partition("=")[::2] for pair in query.split("&") if pair).get("db", "0")
    return f"redis+socket://{path}?virtual_host={database}"

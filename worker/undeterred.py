"""A malformed message in Celery's queue costs the consumer its connection and not its process.

Celery 5.7 ends the whole worker for a message that it cannot read (9 of the 22 of RELIABILITY.md 1.3). Here it
is started again in place, as after a lost connection, and drops the queue first. Its children live on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger()

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading a message raises that is not one: JSON, base64, UTF-8, shapes. Everything else ends the process."""


class MalformedMessageError(ConnectionError):
    """For Celery a lost connection, after which it starts its consumer again."""


def undeterred(consumer: Any, *, drop_queue_at_start: Callable[[], None]) -> None:
    """From now on this consumer survives what it cannot read. Told once for each consumer; twice does no harm."""
    if getattr(consumer.loop, "undeterred", False):
        return
    loop = consumer.loop

    def keep_on(*arguments: Any) -> Any:
        try:
            return loop(*arguments)
        except UNREADABLE as error:
            log.error("message.malformed", reason=f"{type(error).__name__}: {error}"[:200])
            drop_queue_at_start()
            raise MalformedMessageError("a malformed message was in the queue") from error

    keep_on.undeterred = True  # type: ignore[attr-defined]
    consumer.loop = keep_on

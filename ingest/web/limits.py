"""How long and how large: the bounds of one fetch and of reading one feed. The values are docs/operating.md's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Of one fetch, redirects included. ``body_bytes`` holds on the wire and decoded (a few 22 MB feeds exist).

    ``keep_beginning``: of a longer body the beginning is taken, instead of nothing.
    """

    connect_seconds: float = 5
    read_seconds: float = 15
    total_seconds: float = 30
    body_bytes: int = 10_000_000
    redirects: int = 5
    keep_beginning: bool = False


PAGE_LIMITS: Final = Limits(total_seconds=45, body_bytes=5_000_000)
ROBOTS_LIMITS: Final = Limits(body_bytes=650_000, keep_beginning=True)
"""At least the 500 KiB that RFC 9309, 2.5, wants read: what stands beyond the last whole piece (64 KiB) is not."""

WEBHOOK_LIMITS: Final = Limits(read_seconds=10, total_seconds=15)

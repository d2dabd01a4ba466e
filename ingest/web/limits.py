"""How long and how large: the bounds of one fetch and of reading one feed. The values are docs/operating.md's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Of one fetch, redirects included. ``body_bytes`` holds on the wire and decoded (a few 22 MB feeds exist)."""

    connect_seconds: float = 5
    read_seconds: float = 15
    total_seconds: float = 30
    body_bytes: int = 10_000_000
    redirects: int = 5

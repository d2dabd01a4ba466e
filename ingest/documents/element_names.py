"""What feedparser calls an element: the prefix it knows a namespace by, and the local name, in lower case."""

from __future__ import annotations

from typing import Final

import feedparser.mixin
from feedparser.api import StrictFeedParser

_STANDARD: Final[dict[str, str]] = {
    uri.lower(): prefix for uri, prefix in feedparser.mixin._FeedParserMixin.namespaces.items()
}
_USERLAND: Final = "http://backend.userland.com/rss"


class ElementNames:
    """The names of one document. They come as expat gives them: ``URI local prefix``, ``URI local`` or ``local``.

    >>> names = ElementNames()
    >>> names.declare("a", "http://search.yahoo.com/mrss/")
    True
    >>> names.of("http://search.yahoo.com/mrss/ Title a")
    ('media_title', True, True)
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, bool, bool]] = {}
        self._standard: dict[str, str] = {}
        self._in_use: dict[str, str] = {}

    def declare(self, prefix: str | None, uri: str) -> bool:
        """Takes note of ``xmlns:prefix="uri"``. False when the prefix meant, or by custom means, another namespace."""
        lower = _lower(uri)
        known = _STANDARD.get(lower)
        if known is None:
            self._in_use[prefix or ""] = uri
        else:
            if prefix and (self._standard.get(prefix, known) != known or (prefix in _PREFIXES and prefix != known)):
                return False
            self._standard[prefix or ""] = known
            self._in_use[known] = uri
        self._known.clear()
        return True

    def of(self, qualified: str) -> tuple[str, bool, bool]:
        """The name, whether feedparser does anything with such an element, and whether it has a prefix for it.

        Raises ValueError for a namespace with spaces in it.
        """
        found = self._known.get(qualified)
        if found is None:
            found = self._known[qualified] = self._look_up(qualified)
        return found

    def _look_up(self, qualified: str) -> tuple[str, bool, bool]:
        parts = qualified.split()
        if len(parts) > 3:
            raise ValueError(qualified)
        uri, local = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
        prefix = _STANDARD.get(_lower(uri), "")
        if not prefix and uri:
            prefix = next((name for name, value in self._in_use.items() if name and value == uri), "")
            prefix = self._standard.get(prefix, prefix) if prefix else ""
        name = f"{prefix.lower()}_{local.lower()}" if prefix else local.lower()
        handled = hasattr(StrictFeedParser, f"_start_{name}") or hasattr(StrictFeedParser, f"_end_{name}")
        return name, handled, bool(prefix)


def standard_prefix(uri: str) -> str:
    """The prefix that feedparser knows a namespace by; empty for the feed formats' own and for unknown ones."""
    return _STANDARD.get(uri.lower(), "")


def _lower(uri: str) -> str:
    lower = uri.lower()
    return _USERLAND if "backend.userland.com/rss" in lower else lower


_PREFIXES: Final = frozenset(_STANDARD.values()) - {""}

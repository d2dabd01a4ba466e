"""What the driver knows: everything it handed in, by the id under which `ingest` has to accept it, and what it did."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from shared.schema import RawArticle, Stated
from tests.faults.texts import Article

Key = tuple[str, str]
"""Source and entry key, as handed in."""

SEED: Final = "seed"
_UNSEEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When an article was seen is no part of its id."""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """An article that was handed in, and so has to become one."""

    key: Key
    title: str


class Journal:
    """Lines of JSON in ``file``, each with the seconds since the run began; a context. Any thread may write.

    A raw id is derived here from what is served or written into a seed's file, never read back from the product.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8")
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._handed_in: dict[str, Handed] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._file.close()

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self._began

    @property
    def handed_in(self) -> Mapping[str, Handed]:
        """By raw id, as of now."""
        with self._lock:
            return dict(self._handed_in)

    def hand_in(self, raws: Iterable[RawArticle]) -> None:
        """To be called before the articles can be seen by anybody."""
        for raw in raws:
            title = raw.stated.title or ""
            with self._lock:
                self._handed_in[raw.raw_id] = Handed(key=(raw.source, raw.entry_key), title=title)
            self.say("handed in", raw_id=raw.raw_id, source=raw.source, key=raw.entry_key)

    def say(self, what: str, **more: object) -> None:
        line = json.dumps({"at": round(self.seconds, 2), "what": what, **more})
        with self._lock:
            if not self._file.closed:
                self._file.write(f"{line}\n")
                self._file.flush()


def of_a_feed(article: Article, *, feed: int, url: str, link: str, body: str, paged: bool) -> RawArticle:
    """What an entry of feed number ``feed``, configured as ``url``, has to be accepted as. ``paged``: by its page."""
    return RawArticle(
        source_key=f"feed:{url}",
        source=f"Feed {feed}",
        entry_key=article.key,
        kind="page" if paged else "fragment",
        body=body.encode(),
        url=link,
        stated=Stated(title=article.title),
        lane="live",
        seen_at=_UNSEEN,
    )


def of_a_seed(article: Article) -> RawArticle:
    """What a line of JSON with this ``id``, ``title`` and ``text`` has to be accepted as."""
    return RawArticle(
        source_key=f"seed:{SEED}",
        source=SEED,
        entry_key=article.key,
        kind="text",
        body=article.text.encode(),
        stated=Stated(title=article.title),
        seen_at=_UNSEEN,
    )

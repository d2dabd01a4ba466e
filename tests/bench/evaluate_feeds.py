"""How much of what other readers' test suites expect of a feed Copydesk reads too (part of ``make evaluate``).

Every document goes through the killable reader, as in polling. A field agrees when it says the same, white space,
entities and markup evened out; content agrees when one holds the other (we keep the fuller of summary and content).
Policies differ (what a title is that is missing, whose link goes first), so 1.0 is nobody's figure.
Exit 1 when a document raised, hung or killed its reader; 2 without data.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ingest.documents.entry import Entry, NotAFeed, ParsedFeed
from ingest.documents.feed_reader import FeedReader
from tests.bench.feed_truths import CORPORA, FIELDS, Expected, Truth

BROKEN: Final = frozenset({"parse_failed", "parse_timeout", "parse_memory"})


@dataclass(kw_only=True)
class Score:
    """Of one corpus: how many values were expected of a field, and how many of ours agree."""

    documents: int = 0
    refused: int = 0
    broken: list[str] = field(default_factory=list)
    given: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    shared = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[3] / "shared"))
    if not (shared / "corpora" / "feeds_pairs.jsonl.gz").is_file():
        print(f"No evaluation data: {shared} does not hold corpora/feeds_pairs.jsonl.gz; set COPYDESK_SHARED.")
        return 2
    scores = asyncio.run(_scores(shared))
    for name, score in scores.items():
        print(_row(name, score))
        for miss in score.misses if "--misses" in arguments else ():
            print(f"    {miss}")
    return 1 if any(score.broken for score in scores.values()) else 0


async def _scores(shared: Path) -> dict[str, Score]:
    scores: dict[str, Score] = {}
    async with FeedReader() as reader:
        for name, truths in CORPORA.items():
            for truth in truths(_rows(shared / "corpora" / f"{name}.jsonl.gz")):
                score = scores.setdefault(f"{name} · {truth.kind}", Score())
                read = await reader.read_feed(truth.document, url=truth.url, content_type=truth.content_type)
                _count(score, truth, read)
    return scores


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _count(score: Score, truth: Truth, read: ParsedFeed | NotAFeed) -> None:
    score.documents += 1
    if isinstance(read, NotAFeed):
        score.refused += 1
        if read.reason in BROKEN:
            score.broken.append(f"{truth.name}: {read.sentence}")
    entries = read.entries if isinstance(read, ParsedFeed) else ()
    title = read.title if isinstance(read, ParsedFeed) else None
    for expected in truth.expected:
        entry = entries[expected.entry] if expected.entry is not None and expected.entry < len(entries) else None
        score.given[expected.field] += 1
        if _agrees(expected, entry, feed_title=title, count=len(entries)):
            score.right[expected.field] += 1
        else:
            score.misses.append(f"{truth.name} {expected.field} {expected.value!r:.80} {entry!r:.200}")


def _agrees(expected: Expected, entry: Entry | None, *, feed_title: str | None, count: int) -> bool:
    if expected.field == "entries":
        return count == int(expected.value)
    if expected.field == "feed title":
        return _even(feed_title) == _even(expected.value)
    return entry is not None and _AGREEMENTS[expected.field](entry, str(expected.value))


def _author_agrees(entry: Entry, value: str) -> bool:
    given = [_even(part) for author in entry.authors for part in (author.name, author.email) if part]
    return any(_even(value) in part or part in _even(value) for part in given)


def _date_agrees(entry: Entry, value: str) -> bool:
    return _instant(value) in [_instant(time) for time in (entry.published, entry.modified) if time]


def _content_agrees(entry: Entry, value: str) -> bool:
    ours, theirs = _even(f"{entry.body} {entry.summary or ''}"), _even(value)
    return theirs in ours or (bool(ours) and ours in theirs)


_AGREEMENTS: Final[dict[str, Callable[[Entry, str], bool]]] = {
    "title": lambda entry, value: _even(entry.title) == _even(value),
    "link": lambda entry, value: (entry.link or "").rstrip("/") == value.strip().rstrip("/"),
    "id": lambda entry, value: entry.guid == value.strip(),
    "author": _author_agrees,
    "date": _date_agrees,
    "content": _content_agrees,
}


def _even(value: object) -> str:
    text = html.unescape(html.unescape(str(value or "")))
    return " ".join(re.sub(r"<[^<>]*>", " ", text).split()).casefold()


def _instant(text: str) -> int | None:
    """Seconds since 1970, as the worker understands the stated time."""
    from worker.parsing.dates import stated_time  # noqa: PLC0415 - the worker's parser, for its dates alone

    time = stated_time(text)
    return int(time.utc.timestamp()) if time else None


def _row(name: str, score: Score) -> str:
    cells = [f"{label} {score.right[label]}/{score.given[label]}" for label in FIELDS if score.given[label]]
    given, right = score.given.total(), score.right.total()
    share = f"{right / given:.3f}" if given else "–"
    return (
        f"{name}: {score.documents} documents, refused {score.refused}, raised or hung {len(score.broken)}; "
        f"agree {share} ({right}/{given}): {', '.join(cells)}"
    )


if __name__ == "__main__":
    started = time.monotonic()
    print(f"## feeds · {datetime.now(UTC):%Y-%m-%d}")
    code = main(sys.argv[1:])
    print(f"{time.monotonic() - started:.0f} s\n")
    sys.exit(code)

"""Stories as they grow, in memory: the decision and the shelf of the worker, without a database.

    python -m tests.bench.incremental      order of arrival, and copies with paragraphs cut (part of ``make evaluate``)

What a batch knows is all there is here, as if the whole corpus were one batch; the store's window of days and its index
in SQL are tried elsewhere. Seconds instead of minutes, so that a rule can be tried.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from tests.bench.evaluate import SEEN_AT, Fields, inputs, raw_article
from tests.bench.grouping import Groups, adjusted_rand_index
from worker.dedup.fingerprint import Fingerprint, fingerprint
from worker.dedup.likeness import Likeness, Reading, compare
from worker.dedup.shelf import Shelf
from worker.dedup.verdict import decide
from worker.parsing.parser import parse

ORDER_CORPUS, ORDER_TEXTS, ORDERS = "text_baram_ko", 1000, 10
CUT_CORPUS, CUT_TEXTS, CUT_COPIES, CUT_PARAGRAPHS_MIN = "text_teftst", 20, 100, 9


def main() -> int:
    shared = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[3] / "shared"))
    corpora = [shared / "corpora" / f"{name}.jsonl.gz" for name in (ORDER_CORPUS, CUT_CORPUS)]
    if not all(corpus.is_file() for corpus in corpora):
        print(f"No evaluation data: {shared} lacks corpora; set COPYDESK_SHARED.", file=sys.stderr)
        return 2
    arrivals = list(fingerprints(inputs(shared, corpora[0], ORDER_TEXTS)))
    least = order_agreement(arrivals, ORDERS)
    print(
        f"order        {len(arrivals)} texts in {ORDERS} orders: adjusted Rand index at least {least:.4f}", flush=True
    )
    texts = [each for each in fingerprints(inputs(shared, corpora[1], 200)) if _paragraphs(each) >= CUT_PARAGRAPHS_MIN]
    whole = sum(heads == 1 for heads in cut_heads(texts[:CUT_TEXTS], CUT_COPIES, random.Random(1)))
    print(f"cut          {CUT_TEXTS} texts, {CUT_COPIES} copies of each without a third: one story for {whole}")
    return 0


def fingerprints(lines: Iterable[Fields]) -> Iterator[Fingerprint]:
    """What the store would decide on, for JSON lines of the kind that ``copydesk seed`` takes."""
    for line in lines:
        raw = raw_article(line)
        yield fingerprint(raw.source_key, raw.entry_key, raw.source, parse(raw), seen_at=SEEN_AT)


class Comparisons:
    """Each pair is compared once, in however many orders it meets."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Reading, Reading, Likeness]] = {}

    def __call__(self, one: Reading, other: Reading) -> Likeness:
        key = (min(id(one), id(other)), max(id(one), id(other)))
        if key not in self._known:
            self._known[key] = one, other, compare(one, other)
        return self._known[key][2]


def stories_of(arrivals: Sequence[Fingerprint], comparisons: Comparisons | None = None) -> Groups:
    """The story of every identity, after all have arrived in this order."""
    shelf, articles = Shelf(), dict[bytes, int]()
    for arrival in arrivals:
        verdict = decide(arrival, shelf.candidates(arrival), compare=comparisons or compare)
        articles[arrival.identity] = shelf.take_in(arrival, verdict).article_id
    return {identity: shelf.story_of(article) for identity, article in articles.items()}


def order_agreement(arrivals: Sequence[Fingerprint], orders: int) -> float:
    """The least adjusted Rand index between the stories of any two of so many random orders."""
    comparisons = Comparisons()
    groupings = [stories_of(random.Random(seed).sample(arrivals, len(arrivals)), comparisons) for seed in range(orders)]
    return min(adjusted_rand_index(one, other) for one, other in combinations(groupings, 2))


def cut_heads(texts: Sequence[Fingerprint], copies: int, chance: random.Random) -> list[int]:
    """For every text the number of stories that its copies end in, each from a source of its own and without a random
    third of the paragraphs, all mixed."""
    arrivals = [
        (number, _cut(text, f"{number}.{copy}", chance)) for number, text in enumerate(texts) for copy in range(copies)
    ]
    chance.shuffle(arrivals)
    stories = stories_of([arrival for _, arrival in arrivals])
    return [len({stories[each.identity] for n, each in arrivals if n == number}) for number in range(len(texts))]


def _cut(text: Fingerprint, name: str, chance: random.Random) -> Fingerprint:
    paragraphs = text.article.text.split("\n\n")
    kept = sorted(chance.sample(range(len(paragraphs)), len(paragraphs) - len(paragraphs) // 3))
    article = replace(text.article, text="\n\n".join(paragraphs[place] for place in kept))
    return fingerprint(f"seed:{name}", name, name, article, seen_at=SEEN_AT)


def _paragraphs(of: Fingerprint) -> int:
    return len(of.article.text.split("\n\n"))


if __name__ == "__main__":
    sys.exit(main())

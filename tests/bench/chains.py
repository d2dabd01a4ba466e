"""How many of a publisher's marked updates became revisions of what they update."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from tests.bench.evaluate import Fields

_MARK = re.compile(r"\((?:LEAD|URGENT|\d(?:st|nd|rd|th) LD|종합\d?보?)\)|\[(?:속보|\d보|종합)\]")


def chain_report(lines: Iterable[Fields], found: Iterable[Fields]) -> str:
    """Chains: headlines of one source that differ in their marks alone. Kept: all their items are one article."""
    article_of = {sighting["entry_key"]: record["id"] for record in found for sighting in record["sightings"]}
    chains = defaultdict[tuple[str, str], list[Fields]](list)
    for line in lines:
        if title := line.get("title"):
            chains[line["source"], " ".join(_MARK.sub(" ", title).split()).casefold()].append(line)
    marked = [
        items for items in chains.values() if len(items) > 1 and any(_MARK.search(each["title"]) for each in items)
    ]
    kept = sum(len({article_of.get(each["id"]) for each in items}) == 1 for items in marked)
    return f"chains={len(marked)} as_revisions_of_one_article={kept}"

"""Why two articles are, or are not, one story (`copydesk dedupe --explain A B`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.logs import printable
from worker.dedup.fingerprint import Fingerprint
from worker.dedup.likeness import Likeness, compare
from worker.dedup.updates import is_version
from worker.storage.storyfacts import StoryFacts

MEMBERS_SEARCHED_MAX: Final = 60
"""Members of a story among which the way from one article to the other is looked for."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two. ``name``: its id, or the path of a file. ``facts`` and ``story_id``: of a stored article."""

    name: str
    entry_key: str
    print: Fingerprint
    story_id: str | None = None
    copy_of: str | None = None
    facts: StoryFacts | None = None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """``one_story``: so it is in the store; of files, so it would be. ``way``: names of the members by which one leads
    to the other, both ends included, where they are not alike themselves; empty where no way was found or needed."""

    one: Side
    other: Side
    likeness: Likeness
    shared: frozenset[int]
    boilerplate: frozenset[int]
    one_story: bool
    way: tuple[str, ...]


def explain(
    one: Side, other: Side, *, boilerplate: frozenset[int], members: Mapping[str, Fingerprint] | None = None
) -> Explanation:
    """``members``: of the story that holds both, by id."""
    likeness = compare(one.print.reading, other.print.reading, stop=boilerplate)
    stored = one.story_id is not None and other.story_id is not None
    one_story = one.story_id == other.story_id if stored else _would_be_one(one.print, other.print, likeness)
    way = _way(one, other, members or {}) if stored and one_story and not likeness.alike else ()
    return Explanation(
        one=one,
        other=other,
        likeness=likeness,
        shared=frozenset(one.print.sampled) & frozenset(other.print.sampled),
        boilerplate=boilerplate,
        one_story=one_story,
        way=way,
    )


def _would_be_one(one: Fingerprint, other: Fingerprint, likeness: Likeness) -> bool:
    same_text = one.evidence and one.content_hash == other.content_hash and one.content_hash is not None
    return likeness.alike or same_text


def _way(one: Side, other: Side, members: Mapping[str, Fingerprint]) -> tuple[str, ...]:
    """The shortest way over members that are alike one by one."""
    readings = {name: print_.reading for name, print_ in list(members.items())[:MEMBERS_SEARCHED_MAX]}
    readings |= {side.name: side.print.reading for side in (one, other)}
    came_from: dict[str, str | None] = {one.name: None}
    left = deque([one.name])
    while left and other.name not in came_from:
        here = left.popleft()
        for name in readings.keys() - came_from.keys():
            if compare(readings[here], readings[name]).alike:
                came_from[name] = here
                left.append(name)
    if other.name not in came_from:
        return ()
    way = list[str]()
    step: str | None = other.name
    while step is not None:
        way.append(step)
        step = came_from[step]
    return tuple(reversed(way))


# --- as lines and as JSON


def explained(explanation: Explanation) -> Iterator[str]:
    """Lines for a terminal."""
    for line in _lines(explanation):
        yield printable(line)


def _lines(it: Explanation) -> Iterator[str]:
    yield conclusion(it)
    for letter, side in (("A", it.one), ("B", it.other)):
        yield ""
        yield f"{letter}  {side.name}"
        for name, value in _side(side).items():
            if value not in (None, [], "") and name != "id":
                yield f"   {name:18} {', '.join(value) if isinstance(value, list) else value}"
    yield ""
    for name, value in _between(it).items():
        yield f"{name:21} {_said(value)}"
    yield ""
    for name, value in _numbers(it.likeness).items():
        yield f"{name:21} {_said(value)}"


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def conclusion(it: Explanation) -> str:
    """One sentence."""
    if it.one.name == it.other.name:
        return "They are one article."
    what = "They are one story" if it.one_story else "They are two stories"
    return f"{what}: {_because(it)}."


def _because(it: Explanation) -> str:
    one, other = it.one.print, it.other.print
    if one.content_hash is not None and one.content_hash == other.content_hash and it.one_story:
        return "their texts are the same"
    if it.one_story and it.likeness.alike:
        return f"the shorter text shares {it.likeness.shared_share:.0%} of its windows with the longer"
    if it.way:
        return f"not alike themselves, they are joined by {' - '.join(it.way)}"
    if it.one_story:
        return "not alike as they read today; they were joined by earlier texts, or by members that have changed since"
    if it.likeness.alike:
        return (
            "alike, but neither found the other when it came (see the windows in the index, and when each was stored)"
        )
    return f"the shorter text shares {it.likeness.shared_share:.0%} of its windows with the longer, which is too little"


def _side(side: Side) -> dict[str, Any]:
    print_ = side.print
    fields: dict[str, Any] = {
        "id": side.name,
        "source_key": print_.source_key,
        "entry_key": side.entry_key,
        "url": print_.article.url,
        "title": print_.article.title,
        "words": print_.article.word_count,
        "content_hash": print_.content_hash.hex()[:16] if print_.content_hash else None,
        "windows": len(print_.reading.windows.all),
        "sampled": len(print_.sampled),
        "flags": list(print_.article.flags),
        "story_id": side.story_id,
        "copy_of": side.copy_of,
    }
    if side.facts:
        fields |= {
            "settled": f"{side.facts.settled} ({side.facts.reason})",
            "settled_at": side.facts.settled_at.isoformat(timespec="seconds"),
            "in_index": len(side.facts.windows),
            "merged_stories": list(side.facts.merged),
        }
    return fields


def _between(it: Explanation) -> dict[str, Any]:
    one, other = it.one.print, it.other.print
    return {
        "same_source": one.source_key == other.source_key,
        "same_address": one.address_key is not None and one.address_key == other.address_key,
        "same_title": one.title is not None and one.title == other.title,
        "same_text": one.content_hash is not None and one.content_hash == other.content_hash,
        "update_chain": is_version(one.reading, other.reading, it.likeness),
        "sampled_windows_shared": len(it.shared),
        "of_them_boilerplate": len(it.shared & it.boilerplate),
    }


def _numbers(likeness: Likeness) -> dict[str, Any]:
    numbers = {each.code.value: round(each.value, 3) for each in likeness.reasons}
    return {"alike": likeness.alike, "binding": likeness.binding, **numbers}


def explanation_record(it: Explanation) -> dict[str, Any]:
    """The same for machines."""
    return {
        "one_story": it.one_story,
        "conclusion": conclusion(it),
        "a": _side(it.one),
        "b": _side(it.other),
        **_between(it),
        "likeness": _numbers(it.likeness),
        "way": list(it.way),
    }

"""Where each field of a merged article came from, and which other layers said something else.

Statements are compared by what they mean, not by how they are written: titles by letters and digits, and one that holds
the other whole is the same title cut or adorned; people by their names in any order; times as instants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from worker.parsing.article import Author, Origin, Provenance, StatedTime
from worker.parsing.claims import Claims
from worker.parsing.text import comparable

SAID_CHARS_MAX: Final = 200
"""What another layer said is kept to be recognised, not to be read in full."""
BODY_RATIO_MIN: Final = 0.8
"""Two bodies of one article whose lengths in words are nearer than this hold the same text: what differs are captions,
headings and notes at the end."""


@dataclass(frozen=True, kw_only=True)
class _Field:
    """What a layer says of a field, when two layers say the same, and how a statement is printed."""

    said: Callable[[Claims], Any]
    same: Callable[[Any, Any], bool]
    printed: Callable[[Any], str] = str


def provenance(origins: Mapping[str, Origin | None], layers: Sequence[Claims]) -> dict[str, Provenance]:
    """By field name, for every field that has an origin. ``layers`` in falling order of trust."""
    return {
        name: Provenance(origin=origin, disagree=_others(_FIELDS[name], origin, layers) if name in _FIELDS else {})
        for name, origin in origins.items()
        if origin
    }


def _others(field: _Field, origin: Origin, layers: Sequence[Claims]) -> dict[Origin, str]:
    said = [(layer.origin, value) for layer in layers if (value := field.said(layer))]
    chosen = next((value for where, value in said if where == origin), None)
    if chosen is None:
        return {}
    others: dict[Origin, str] = {}
    for where, value in said:
        if where != origin and where not in others and not field.same(chosen, value):
            others[where] = field.printed(value)[:SAID_CHARS_MAX]
    return others


def same_words(first: str, second: str) -> bool:
    one, other = comparable(first), comparable(second)
    return one in other or other in one


def same_people(first: Sequence[Author], second: Sequence[Author]) -> bool:
    return {comparable(person.name) for person in first} == {comparable(person.name) for person in second}


def same_moment(first: StatedTime, second: StatedTime) -> bool:
    """The same minute; with a day on either side the same day; without a zone on either side the same clock."""
    if "day" in (first.precision, second.precision):
        return first.local.date() == second.local.date() or first.utc.date() == second.utc.date()
    if None in (first.offset_minutes, second.offset_minutes):
        return abs(first.local - second.local) < timedelta(minutes=1)
    return abs(first.utc - second.utc) < timedelta(minutes=1)


def _same_length(first: int, second: int) -> bool:
    return min(first, second) >= BODY_RATIO_MIN * max(first, second)


def _words(layer: Claims) -> int:
    return sum(len(paragraph.split()) for paragraph in layer.paragraphs or layer.set_aside)


def _time(time: StatedTime) -> str:
    offset = time.offset_minutes
    zone = "" if offset is None else f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    return time.local.date().isoformat() if time.precision == "day" else f"{time.local:%Y-%m-%dT%H:%M:%S}{zone}"


_FIELDS: Final[Mapping[str, _Field]] = {
    "title": _Field(said=lambda layer: layer.title, same=same_words),
    "subtitle": _Field(said=lambda layer: layer.subtitle, same=same_words),
    "authors": _Field(
        said=lambda layer: layer.authors,
        same=same_people,
        printed=lambda people: ", ".join(person.name for person in people),
    ),
    "agency": _Field(said=lambda layer: layer.agency, same=same_words),
    "publisher": _Field(said=lambda layer: layer.publisher, same=same_words),
    "dateline": _Field(said=lambda layer: layer.dateline, same=same_words),
    "published_at": _Field(said=lambda layer: layer.published, same=same_moment, printed=_time),
    "modified_at": _Field(said=lambda layer: layer.modified, same=same_moment, printed=_time),
    "language": _Field(said=lambda layer: layer.language, same=lambda one, other: one == other),
    "canonical_url": _Field(said=lambda layer: layer.canonical_url, same=lambda one, other: one == other),
    "section": _Field(said=lambda layer: layer.section, same=same_words),
    "text": _Field(said=_words, same=_same_length, printed=lambda words: f"{words} words"),
}
"""Of the other fields only the origin is told: publishers state keywords and descriptions anew for every machine."""

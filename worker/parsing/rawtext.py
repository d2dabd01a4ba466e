"""Raw copy to claims, by the conventions of news text.

``lines`` are paragraphs. Around the prose lie a head (title, byline, date, captions) and a tail (byline, sign-off,
credits); a whole page copied with its menus has more around it, and there only what stands near the prose counts.
What no convention names stays in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.parsing.agencies import is_agency
from worker.parsing.article import Author, StatedTime
from worker.parsing.bylines import Byline, is_byline_lead, merge_people, name_alone, printed_byline, signed
from worker.parsing.bylinewords import EMAIL
from worker.parsing.captions import is_signed_sentence
from worker.parsing.claims import Claims
from worker.parsing.copylines import (
    closing_agency,
    dated,
    is_noise,
    is_note,
    only_dated,
    sign_off,
    without_times,
)
from worker.parsing.datelines import dateline, glued
from worker.parsing.endings import addressed, ending
from worker.parsing.korean import bracket_byline
from worker.parsing.picturelines import picture_lines
from worker.parsing.shape import Shape, is_prose, shape_of
from worker.parsing.text import CAPTION_CHARS_MAX, LISTED_MAX, TITLE_CHARS_MAX, comparable, unique
from worker.parsing.titles import without_update_mark

HEAD_LINES: Final = 40
HEAD_LINES_OF_COPY: Final = 300
LINES_READ_MAX: Final = 5_000
"""Times and captions are looked for in so many lines: no article has more, and a million lines are an attack."""
TAIL_LINES: Final = 12
DATE_LINES_BELOW: Final = 60
"""A bare date further down belongs to something else: an event, another article, a comment."""
BELOW_LINES: Final = 12
"""A date below the beginning of the prose counts as if it stood so many lines further away."""
NAME_LINES_MAX: Final = 14
"""How far from the prose a name without ``By`` may stand: measured, nine in ten true ones are nearer."""
DATELINE_LINES: Final = 3
PARAGRAPH: Final = "\n\n"


@dataclass(kw_only=True)
class _Reading:
    """What has been found so far. ``taken`` are the lines that are not part of the body."""

    lines: list[str]
    shape: Shape
    taken: set[int] = field(default_factory=set)
    captions: dict[int, str] = field(default_factory=dict)
    bylines: dict[int, Byline] = field(default_factory=dict)
    published: dict[int, StatedTime] = field(default_factory=dict)
    modified: StatedTime | None = None
    undecided: dict[int, StatedTime] = field(default_factory=dict)
    reporters: tuple[Author, ...] = ()
    signers: tuple[Author, ...] = ()
    emails: list[str] = field(default_factory=list)
    agency: str | None = None
    dateline: str | None = None
    title: int | None = None


def claims(lines: Sequence[str], *, day_first: bool | None = None, stated_title: str | None = None) -> Claims:
    """Everything that the text says about itself; ``paragraphs`` is its body.

    ``stated_title`` is taken out of the text where it is repeated there.
    """
    reading = _Reading(lines=list(lines), shape=shape_of(lines))
    _read_dates(reading, day_first)
    _read_captions(reading)
    _read_bylines(reading)
    _read_end(reading)
    _read_title(reading, stated_title)
    _read_names_alone(reading)
    _read_bylines_inside(reading)
    _read_opening(reading, stated_title)
    return _claims(reading)


def _read_bylines_inside(reading: _Reading) -> None:
    """In a whole page whose teasers pass for prose, the byline may lie deeper: the first line that announces one."""
    if reading.bylines or not reading.shape.whole_page:
        return
    for index in range(reading.shape.start, reading.shape.end):
        line = reading.lines[index]
        byline = printed_byline(line) if len(line) <= 120 and not is_prose(line) else None
        if byline is not None and byline.people:
            reading.bylines[index] = byline
            reading.taken.add(index)
            return


def _zone(reading: _Reading) -> range:
    """Where the head is looked for: in a whole page only near the prose."""
    shape, total = reading.shape, len(reading.lines)
    if shape.start == total:
        return range(min(total, HEAD_LINES_OF_COPY))  # no prose at all
    before = HEAD_LINES if shape.whole_page else HEAD_LINES_OF_COPY
    return range(max(0, shape.start - before), min(total, shape.start + 8))


def _tail(reading: _Reading) -> range:
    end = len(reading.lines)
    if reading.shape.whole_page:
        return range(max(reading.shape.end - 4, 0), min(end, reading.shape.end + TAIL_LINES))
    return range(max(reading.shape.end - 2, 0, end - 40), end)


def _read_dates(reading: _Reading, day_first: bool | None) -> None:
    """Labelled times and bare ones on lines that are about time; "updated" says nothing of publication."""
    end = min(len(reading.lines), reading.shape.end + HEAD_LINES) if reading.shape.whole_page else len(reading.lines)
    head, tail = _zone(reading), _tail(reading)
    for index in range(head.start, min(end, head.start + LINES_READ_MAX)):
        line = reading.lines[index]
        found = [] if is_prose(line) and len(line) > 100 else dated(line, day_first=day_first)
        for item in found:
            if item.label == "published":
                reading.published.setdefault(index, item.time)
            elif item.label == "modified":
                reading.modified = reading.modified or item.time
            elif index < reading.shape.start + DATE_LINES_BELOW:
                reading.undecided.setdefault(index, item.time)
        if found and only_dated(line, found) and (index in head or (index in tail and found[0].label != "none")):
            reading.taken.add(index)


def _read_captions(reading: _Reading) -> None:
    lines, shape = reading.lines, reading.shape
    scope = (
        range(_zone(reading).start, min(len(lines), shape.end + TAIL_LINES))
        if shape.whole_page
        else range(min(len(lines), LINES_READ_MAX))
    )
    read = picture_lines(lines, shape, scope, reading.taken, trusted=_dateline_agencies(reading))
    reading.captions = read.captions
    reading.taken |= read.captions.keys() | read.taken
    if len(reading.taken & set(reading.captions)) == len(lines):
        reading.taken -= set(reading.captions)  # a picture's caption is the whole article: it stays readable
    if read.signature is not None:
        index, lines[index], reading.agency = read.signature


def _dateline_agencies(reading: _Reading) -> list[str]:
    """Who signs the dateline: the same name in brackets elsewhere is a credit, known or not."""
    head = (dateline(line) for line in reading.lines[: min(reading.shape.start, HEAD_LINES) + DATELINE_LINES])
    return [found.agency for found in head if found and found.agency]


def _read_bylines(reading: _Reading) -> None:
    lines = reading.lines
    for index in dict.fromkeys([*_zone(reading), *_tail(reading)]):
        line = lines[index]
        if index in reading.taken and index not in reading.published and index not in reading.undecided:
            continue
        byline = printed_byline(line)
        if byline is None and index + 1 < len(lines) and is_byline_lead(line):
            byline = _next_line_byline(lines[index + 1])
            if byline is not None:
                reading.taken.add(index + 1)
        elif (
            byline is None and index + 1 < len(lines) and line.rstrip().endswith("(") and EMAIL.match(lines[index + 1])
        ):
            byline = printed_byline(f"{line} {lines[index + 1]}")  # broken between name and e-mail
            if byline is not None:
                reading.taken.add(index + 1)
        if byline is None and index + 1 < len(lines) and EMAIL.fullmatch(lines[index + 1].strip(" ()")):
            byline = printed_byline(f"{line} {lines[index + 1]}") if len(line) <= 80 and not is_prose(line) else None
            if byline is not None:
                reading.taken.add(index + 1)
        if byline is not None and not (is_prose(line) and len(line) > 160):
            reading.bylines[index] = byline
            reading.taken.add(index)


def _next_line_byline(line: str) -> Byline | None:
    """After ``By`` alone on a line, whatever stands on the next one signs: a person, an alias, a desk."""
    byline = signed(line, trusted=True) if len(line) <= 120 and not is_prose(line) else Byline()
    return byline if byline.people or byline.desk else None


def _read_end(reading: _Reading) -> None:
    """Sign-offs, the agency's name on the last line, the reporter's address behind the last sentence."""
    for index in _tail(reading):
        if index in reading.taken:
            continue
        found = sign_off(reading.lines[index])
        if found is not None:
            reading.reporters = reading.reporters or found.people
            reading.taken.add(index)
        elif index >= reading.shape.end - 1 and (agency := closing_agency(reading.lines[index])):
            reading.agency = reading.agency or agency
            reading.taken.add(index)
        elif is_note(reading.lines[index]):
            reading.emails.extend(match.group() for match in EMAIL.finditer(reading.lines[index]))
            reading.taken.add(index)
    _read_address(reading)


def _read_address(reading: _Reading) -> None:
    """Reporters' addresses behind the last sentence, or alone on the last line, as Korean agencies print them."""
    end = _tail(reading).stop
    left = [index for index in range(max(0, end - TAIL_LINES), end) if index not in reading.taken]
    left = [index for index in left if not is_noise(reading.lines[index])]
    found = ending(reading.lines[left[-1]]) if left else None
    if found is None:
        return
    reading.emails.extend(found.emails)
    reading.signers = found.people
    reading.lines[left[-1]] = found.rest
    if not found.rest:
        reading.taken.add(left[-1])


def _read_title(reading: _Reading, stated: str | None) -> None:
    """The stated title where the head repeats it; else the headline: the first free line above prose or dateline."""
    lines, zone = reading.lines, _zone(reading)
    free = [index for index in zone if index not in reading.taken and not is_noise(lines[index])]
    if stated:
        key = comparable(without_update_mark(stated))
        same = [index for index in free if comparable(without_update_mark(lines[index])) == key]
        reading.taken.update(same)
        reading.title = same[0] if same else None
        return
    if reading.shape.whole_page:
        reading.title = _headline_in_page(reading, free)
    elif free and free[0] <= 2 and len(lines) > 1 and _is_headline(lines[free[0]]) and free[0] < reading.shape.start:
        reading.title = free[0]
    elif free and free[0] == 0 and len(lines) > 1 and not reading.shape.start < len(lines) and _is_headline(lines[0]):
        reading.title = 0
    if reading.title is not None:
        reading.taken.add(reading.title)


def _headline_in_page(reading: _Reading, free: Sequence[int]) -> int | None:
    """The longest short line at most six lines above byline or date (or the prose)."""
    marks = [
        index for index in (*reading.bylines, *reading.published, *reading.undecided) if index <= reading.shape.start
    ]
    anchor = min(marks, default=reading.shape.start)
    near = [index for index in free if anchor - 6 <= index < anchor and _is_headline(reading.lines[index])]
    near = [index for index in near if len(reading.lines[index].split()) >= 4 or len(reading.lines[index]) >= 16]
    return max(near, key=lambda index: len(reading.lines[index]), default=None)


def _is_headline(line: str) -> bool:
    return (
        4 <= len(line) <= 220
        and not line.endswith((".", ":", ",", ";"))
        and dateline(line) is None
        and not is_signed_sentence(line)
        and any(char.isalpha() for char in line)
    )


def _read_names_alone(reading: _Reading) -> None:
    """A name without ``By``: on the date's line, or alone on a line at most three away from it, near the prose.

    A word that the text also writes in small letters is no name ("Recent Posts").
    """
    if any(byline.people for byline in reading.bylines.values()):
        return
    marks = [index for index in (*reading.published, *reading.undecided) if index in _zone(reading)]
    small = set(re.findall(r"\b[^\W\d_A-Z]+\b", "\n".join(reading.lines)[:100_000]))
    for mark in sorted(marks, key=lambda index: abs(index - reading.shape.start)):
        for index in (mark, mark - 1, mark + 1, mark - 2, mark - 3):
            if not (0 <= index < len(reading.lines)) or abs(index - reading.shape.start) > NAME_LINES_MAX:
                continue
            line = reading.lines[index]
            person = name_alone(without_times(line) if index == mark else line)
            if person is None or (index in reading.taken and index != mark) or _is_worded(person.name, small):
                continue
            reading.bylines[index] = Byline(people=(person,))
            reading.taken.add(index)
            return


def _is_worded(name: str, small: set[str]) -> bool:
    return any(word.strip(".,").lower() in small for word in name.split() if len(word) > 3)


def _read_opening(reading: _Reading, stated: str | None) -> None:
    """Dateline and Korean byline at the first paragraph left (or on the short line above it, as wires send it).

    What stands before them on their line (a headline without a line break) becomes a paragraph of its own.
    """
    lines = reading.lines
    body = [index for index in range(len(lines)) if index not in reading.taken]
    if reading.shape.whole_page:
        body = [index for index in body if index >= reading.shape.start]
    for index in body[:DATELINE_LINES]:
        if bracket := bracket_byline(lines[index]):
            reading.bylines.setdefault(index, Byline(people=bracket.people))
            _keep(reading, index, bracket.before, bracket.rest)
            return
        found = dateline(lines[index]) or (glued(lines[index], without_update_mark(stated)) if stated else None)
        if found is None:
            continue
        reading.dateline = found.said
        reading.agency = found.agency or reading.agency
        if found.reporters:
            reading.bylines.setdefault(index, Byline(people=found.reporters))
        _keep(reading, index, found.before, found.rest)
        return


def _keep(reading: _Reading, index: int, *parts: str) -> None:
    """What is left of a line, a paragraph a part."""
    reading.lines[index] = PARAGRAPH.join(part for part in parts if part)
    if not reading.lines[index]:
        reading.taken.add(index)


def _claims(reading: _Reading) -> Claims:
    lines, shape = reading.lines, reading.shape
    body = range(shape.start, shape.end) if shape.whole_page else range(len(lines))
    kept = [
        paragraph
        for index in body
        if index not in reading.taken and lines[index] and not is_noise(lines[index])
        for paragraph in lines[index].split(PARAGRAPH)
    ]
    people, desk = _people(reading)
    return Claims(
        origin="text",
        title=None if reading.title is None else lines[reading.title][:TITLE_CHARS_MAX],
        authors=people,
        agency=_agency(reading.agency, desk),
        dateline=reading.dateline,
        published=_published(reading),
        modified=reading.modified,
        emails=() if people else tuple(reading.emails),
        captions=unique((caption[:CAPTION_CHARS_MAX] for _, caption in sorted(reading.captions.items())), LISTED_MAX),
        paragraphs=tuple(kept),
    )


def _agency(signed: str | None, desk: str | None) -> str | None:
    """A desk in the byline says in full what an unknown name in a dateline abbreviates (``WXYZ``)."""
    return desk if desk and not (signed and is_agency(signed)) else signed


def _published(reading: _Reading) -> StatedTime | None:
    """A labelled time before a bare one; among several the nearest to where the prose begins, rather above."""

    def distance(index: int) -> int:
        off = index - reading.shape.start
        return -off if off <= 0 else off + BELOW_LINES

    for found in (reading.published, reading.undecided):
        if found:
            return found[min(found, key=distance)]
    return None


def _people(reading: _Reading) -> tuple[tuple[Author, ...], str | None]:
    """The byline nearest to the prose and those on the lines after it; else the reporters of the sign-off."""
    named = {index: byline for index, byline in reading.bylines.items() if byline.people}
    desk = next((byline.desk for byline in reading.bylines.values() if byline.desk), None)
    if not named:
        return addressed(reading.reporters or reading.signers, reading.emails), desk
    first = min(named, key=lambda index: abs(index - reading.shape.start))
    last, people = first, list(named[first].people)
    for index in sorted(named):
        if first < index <= last + 3:
            people.extend(named[index].people)
            last = index
    known = merge_people([*people, *(person for person in reading.signers if len(people) < len(reading.signers))])
    return addressed(known, reading.emails), desk

"""Raw copy to claims, by the conventions of news text.

``lines`` are paragraphs. Around the prose lie a head (title, byline, date, captions) and a tail (byline, sign-off,
credits); a whole page copied with its menus has more around it, and there only what stands near the prose counts.
What no convention names stays in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from worker.parsing.agencies import is_agency
from worker.parsing.article import StatedTime
from worker.parsing.bylines import Byline
from worker.parsing.captions import is_signed_sentence
from worker.parsing.claims import Claims
from worker.parsing.copylines import is_noise
from worker.parsing.datelines import dateline, glued
from worker.parsing.dayorder import day_order
from worker.parsing.knownnames import read_known_names
from worker.parsing.korean import bracket_byline
from worker.parsing.namelines import read_name_below, read_names_alone
from worker.parsing.openingday import opening_day
from worker.parsing.picturelines import picture_lines
from worker.parsing.reading import HEAD_LINES, TAIL_LINES, Reading
from worker.parsing.region import region_of
from worker.parsing.signing import people, read_bylines, read_bylines_inside, read_end
from worker.parsing.sitename import printed_site
from worker.parsing.text import CAPTION_CHARS_MAX, LISTED_MAX, TITLE_CHARS_MAX, comparable, unique
from worker.parsing.timelines import LINES_READ_MAX, published, read_times
from worker.parsing.titles import without_update_mark
from worker.parsing.urls import day_in_url

DATELINE_LINES: Final = 3
SIGNED_DATELINE_LINES: Final = 10
"""With an agency that is known a dateline may stand below captions and captions' leftovers."""
PARAGRAPH: Final = "\n\n"


def claims(
    lines: Sequence[str],
    *,
    day_first: bool | None = None,
    stated_title: str | None = None,
    url: str | None = None,
    announced: bool = False,
) -> Claims:
    """Everything that the text says about itself; ``paragraphs`` is its body.

    ``stated_title`` is taken out of the text where it is repeated there. ``url`` is the article's address: in a whole
    page it helps to tell its headline from those of others. ``announced``: only names that are announced as authors'.
    """
    region = region_of(lines, url=url, stated_title=stated_title)
    reading = Reading(lines=list(lines), region=region, title=region.headline)
    reading.day_first = day_order(lines, url) if day_first is None else day_first
    read_times(reading, reading.day_first)
    _read_captions(reading)
    read_bylines(reading)
    read_end(reading)
    _read_title(reading, stated_title)
    read_names_alone(reading)
    read_bylines_inside(reading)
    read_name_below(reading)
    if not announced:
        read_known_names(reading)
    _read_opening(reading, stated_title)
    site = printed_site(lines, url) if region.headline is not None else None
    return _claims(reading, day_in_url(url), site)


def _read_captions(reading: Reading) -> None:
    lines, shape = reading.lines, reading.shape
    scope = (
        range(min(reading.head(), default=0), min(len(lines), shape.end + TAIL_LINES))
        if shape.whole_page
        else range(min(len(lines), LINES_READ_MAX))
    )
    read = picture_lines(
        lines, shape, scope, reading.taken, trusted=_dateline_agencies(reading), headline=reading.region.headline
    )
    reading.captions = read.captions
    reading.taken |= read.captions.keys() | read.taken
    if len(reading.taken & set(reading.captions)) == len(lines):
        reading.taken -= set(reading.captions)  # a picture's caption is the whole article: it stays readable
    if read.signature is not None:
        index, lines[index], reading.agency = read.signature


def _dateline_agencies(reading: Reading) -> list[str]:
    """Who signs the dateline: the same name in brackets elsewhere is a credit, known or not."""
    head = (dateline(line) for line in reading.lines[: min(reading.shape.start, HEAD_LINES) + DATELINE_LINES])
    return [found.agency for found in head if found and found.agency]


def _read_title(reading: Reading, stated: str | None) -> None:
    """The stated title where the head repeats it; else the headline: the first free line above prose or dateline."""
    lines, zone = reading.lines, reading.head()
    if reading.title is not None:
        reading.taken.add(reading.title)
        return
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


def _headline_in_page(reading: Reading, free: Sequence[int]) -> int | None:
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


def _read_opening(reading: Reading, stated: str | None) -> None:
    """Dateline and Korean byline at the first paragraph left (or on the short line above it, as wires send it).

    What stands before them on their line (a headline without a line break) becomes a paragraph of its own.
    """
    lines = reading.lines
    body = [index for index in range(len(lines)) if index not in reading.taken]
    if reading.shape.whole_page:
        body = [index for index in body if index >= reading.shape.start]
    for place, index in enumerate(body[:SIGNED_DATELINE_LINES]):
        if place >= DATELINE_LINES:
            found = dateline(lines[index])
            if found is None or not (found.agency and is_agency(found.agency)):
                continue
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


def _keep(reading: Reading, index: int, *parts: str) -> None:
    """What is left of a line, a paragraph a part."""
    reading.lines[index] = PARAGRAPH.join(part for part in parts if part)
    if not reading.lines[index]:
        reading.taken.add(index)


def _claims(reading: Reading, day: StatedTime | None, site: str | None) -> Claims:
    lines, shape = reading.lines, reading.shape
    body = range(shape.start, shape.end) if shape.whole_page else range(len(lines))
    kept = [
        paragraph
        for index in body
        if index not in reading.taken and lines[index] and not is_noise(lines[index])
        for paragraph in lines[index].split(PARAGRAPH)
    ]
    authors, desk = people(reading)
    return Claims(
        origin="text",
        title=None if reading.title is None else lines[reading.title][:TITLE_CHARS_MAX],
        authors=authors,
        agency=_agency(reading.agency, desk),
        publisher=site,
        dateline=reading.dateline,
        published=published(reading, day) or opening_day(kept, day_first=reading.day_first),
        modified=reading.modified,
        emails=() if authors else tuple(reading.emails),
        signatures=reading.signatures,
        captions=unique((caption[:CAPTION_CHARS_MAX] for _, caption in sorted(reading.captions.items())), LISTED_MAX),
        paragraphs=tuple(kept),
    )


def _agency(signed: str | None, desk: str | None) -> str | None:
    """A desk in the byline says in full what a dateline abbreviates (``WXYZ``, ``AP``)."""
    known = bool(signed and is_agency(signed)) and not (desk and is_agency(desk) and len(desk) > len(signed or ""))
    return desk if desk and not known else signed

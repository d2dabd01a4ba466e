"""Names that nothing announces, told by a given name that is known and by the place they stand in.

The last resort of a page that was copied with its menus: read only where no byline, date or role has told a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from worker.parsing.agencies import is_agency
from worker.parsing.article import Author
from worker.parsing.bylines import Byline, name_alone
from worker.parsing.bylinewords import ROLE_GLUED
from worker.parsing.givennames import is_known_name
from worker.parsing.headlines import states_time
from worker.parsing.namelines import ABOVE_NAMES, Words, names_on
from worker.parsing.reading import Reading
from worker.parsing.region import is_after_heading
from worker.parsing.shape import is_prose

LINES_ABOVE: Final = 6
LINES_BELOW_TEXT: Final = 3
BIO_LINES_BELOW_TEXT: Final = 40
DATE_LINES: Final = 2
STANDFIRST_LINES: Final = 2
"""The prose that a page is found by may begin with the standfirst, above the names."""
NAME_CHARS_MAX: Final = 80
_CREDITED: Final = re.compile(r"[/|]\s?\w|^[©(]")
"""``Ida Krog/Norwire`` took a picture."""
_RESPONSIBLE: Final = re.compile(
    r"(?i)verantwortlich|inhaber|vertreten durch|geschäftsführ|ansprechpartner|presse(?:kontakt|team|stelle)|"
    r"^(?:kontakt|contact|managed by|owner|director)\b"
)
"""What stands above the names of those who answer for a site or for a firm."""
_AUTHOR: Final = re.compile(r"(?<=[^\W\d_])\s(?:Autor|Autorin|Author)$")
"""``Ida Krog Autorin``: the head of a box."""
_SPEAKS: Final = re.compile(r"(?i)^(?:hi|hallo|hello|ich bin|i am|i['’]m|je suis|soy|sono)\b")
"""How authors begin to speak of themselves below their names."""


def read_known_names(reading: Reading) -> None:
    """Beside the headline first, then behind the last sentence, then above a few words about the same name."""
    if any(byline.people for byline in reading.bylines.values()):
        return
    below = (reading.region.headline or 0) + 1
    if reading.region.headline is not None and below < len(reading.lines) and is_agency(reading.lines[below]):
        reading.bylines.setdefault(below, Byline(desk=reading.lines[below].strip(" ()")))
        reading.taken.add(below)
        return
    words = Words(reading.lines)
    menu = set(reading.lines[: max(0, (reading.region.first_headline or 0) - ABOVE_NAMES)])
    for index in [*_beside_headline(reading), *_below_text(reading), *_above_bio(reading)]:
        byline = None if reading.lines[index] in menu else _known(reading, index, words)
        if byline is not None:
            reading.bylines[index] = byline
            reading.taken.add(index)
            return


def _beside_headline(reading: Reading) -> Iterator[int]:
    """Between headline and text from the top down; above the headline near a date, from the bottom up.

    With a date below the headline, the one above it is another article's, and so is the name.
    """
    headline = reading.region.headline
    if headline is None:
        return
    lines, first = reading.lines, reading.region.first_headline
    first = headline if first is None else first
    opened = reading.shape.start + STANDFIRST_LINES
    yield from (index for index in reading.below_headline() if index <= opened or _dated(lines, index))
    own_date = any(states_time(lines[index]) for index in reading.below_headline())
    for index in range(headline - 1, max(-1, first - LINES_ABOVE - 1), -1):
        if index > first or (not own_date and _dated(lines, index)):
            yield index


def _dated(lines: Sequence[str], index: int) -> bool:
    """A date on the line itself, or at most two lines below it."""
    return any(map(states_time, lines[index : index + 1 + DATE_LINES]))


def _below_text(reading: Reading) -> Iterator[int]:
    """Alone behind the last sentence; ``Ida Krog Author`` anywhere before what follows the article."""
    lines, end = reading.lines, reading.shape.end
    for index in range(max(1, end - 1), _end_below(reading)):
        listed = index + 1 < len(lines) and name_alone(lines[index + 1].partition(",")[0]) is not None
        behind = index < end + LINES_BELOW_TEXT and is_prose(lines[index - 1]) and not listed
        if behind or _AUTHOR.search(lines[index]):
            yield index


def _above_bio(reading: Reading) -> Iterator[int]:
    """``Ida Krog`` above ``Ida Krog writes about ferries.`` or ``Hi, I am Ida``."""
    lines = reading.lines
    for index in range(reading.shape.start, _end_below(reading) - 1):
        name, told = lines[index], lines[index + 1]
        if len(name) <= NAME_CHARS_MAX and is_prose(told) and (told.startswith(f"{name} ") or _SPEAKS.match(told)):
            yield index


def _end_below(reading: Reading) -> int:
    """Some way below the text, but not beyond the heading of what follows it."""
    end = min(len(reading.lines), reading.shape.end + BIO_LINES_BELOW_TEXT)
    return next((index for index in range(reading.shape.end, end) if is_after_heading(reading.lines[index])), end)


def _known(reading: Reading, index: int, words: Words) -> Byline | None:
    line = reading.lines[index]
    if len(line) > NAME_CHARS_MAX or is_prose(line) or index == reading.region.headline or _CREDITED.search(line):
        return None
    if index and _RESPONSIBLE.search(reading.lines[index - 1][:NAME_CHARS_MAX]):
        return None
    byline = names_on(ROLE_GLUED.sub("", _AUTHOR.sub("", line)), words) or _one_word(reading.lines, index)
    if byline is None or not byline.people:
        return None
    known = all(is_known_name(person.name) for person in byline.people)
    return byline if known and not any(_is_spoken_of(reading, person) for person in byline.people) else None


def _one_word(lines: Sequence[str], index: int) -> Byline | None:
    """``Tine`` beside a date, or above what Tine says of herself."""
    name = lines[index].strip(" |,-–—•·")
    around = [*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2]]
    if (
        not name
        or " " in name
        or not is_known_name(name)
        or not any(states_time(line) or _SPEAKS.match(line) for line in around)
    ):
        return None
    return Byline(people=(Author(name=name),))


def _is_spoken_of(reading: Reading, person: Author) -> bool:
    """Whom headline or text name is whom they are about."""
    shape, headline, words = reading.shape, reading.region.headline, person.name.split()
    told = [] if headline is None else [reading.lines[headline]]
    if len(words) > 1:
        told += [line for line in reading.lines[shape.start : shape.end] if is_prose(line)]
    spoken = re.compile(rf"(?<!\w){re.escape(words[-1])}(?!\w)")
    return any(spoken.search(line) for line in told if not line.startswith(person.name))

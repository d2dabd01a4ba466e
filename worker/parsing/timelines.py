"""The lines of a text that say when it was published and changed, and which of them counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from worker.parsing.article import StatedTime
from worker.parsing.bylines import printed_byline
from worker.parsing.copylines import Label, dated, label_alone, only_dated, without_times
from worker.parsing.namelines import WEEKDAY
from worker.parsing.reading import HEAD_LINES, Reading
from worker.parsing.region import is_after_heading
from worker.parsing.shape import is_prose

LINES_READ_MAX: Final = 5_000
DATE_LINES_BELOW: Final = 60
"""A bare date further down belongs to something else: an event, another article, a comment."""
BELOW_LINES: Final = 12
"""A date below the beginning of the prose counts as if it stood so many lines further away."""
ABOVE_HEADLINE_LINES: Final = 12
SENTENCE_CHARS_MAX: Final = 100
LABEL_CHARS_MAX: Final = 24
INSIDE_LINES: Final = 3
BARE_LETTERS_INSIDE_MAX: Final = 12
BARE_LETTERS_MAX: Final = 45
"""What stands beside a bare date on its line in a page: a weekday, a name, a section, and no caption. In the text the
words of the date itself do not count."""


def read_times(reading: Reading, day_first: bool | None) -> None:
    """Labelled times and bare ones on lines that are about time; "updated" says nothing of publication."""
    head, tail = set(reading.head()), reading.tail()
    for index in _lines_read(reading):
        line = reading.lines[index]
        found = [] if is_prose(line) and len(line) > SENTENCE_CHARS_MAX else dated(line, day_first=day_first)
        for item in found:
            label = item.label if item.label != "none" else _label_above(reading, index)
            if label == "published":
                reading.published.setdefault(index, item.time)
            elif label == "modified":
                reading.modified = reading.modified or item.time
            elif index < reading.shape.start + DATE_LINES_BELOW and _stands_bare(reading, index):
                reading.undecided.setdefault(index, item.time)
        if found and only_dated(line, found) and (index in head or (index in tail and found[0].label != "none")):
            reading.taken.add(index)


def _label_above(reading: Reading, index: int) -> Label:
    """``Updated:`` or ``Veröffentlicht am`` may have the line above the date for itself."""
    above = reading.lines[index - 1] if index and reading.region.headline is not None else ""
    return label_alone(above) if len(above) <= LABEL_CHARS_MAX else "none"


def _lines_read(reading: Reading) -> Sequence[int]:
    total, shape = len(reading.lines), reading.shape
    places = page_places(reading) if reading.region.headline is not None else reading.head()
    start = min(places, default=0)
    end = _end_of_page(reading) if shape.whole_page else total
    return range(start, min(end, start + LINES_READ_MAX))


def _end_of_page(reading: Reading) -> int:
    """Some way below the text, but not beyond the heading of what follows it."""
    end = min(len(reading.lines), reading.shape.end + HEAD_LINES)
    return next((index for index in range(reading.shape.end, end) if is_after_heading(reading.lines[index])), end)


def page_places(reading: Reading) -> list[int]:
    """Where a page prints the time of its article, best first: below the headline, above it, below the text."""
    headline = reading.region.headline or 0
    above = range(headline - 1, max(-1, headline - ABOVE_HEADLINE_LINES - 1), -1)
    return list(dict.fromkeys([*reading.head(), *above, *reading.tail()]))


def _stands_bare(reading: Reading, index: int) -> bool:
    """In a page a bare date has its line for itself, in the text even more so than around the headline."""
    region, line = reading.region, reading.lines[index]
    if region.headline is None:
        return True
    inside = region.shape.start + INSIDE_LINES < index < region.shape.end
    if inside and _announces(line):
        return True
    letters = sum(char.isalpha() for char in (WEEKDAY.sub("", without_times(line)) if inside else line))
    sentence = line.endswith(".") and not (index < region.shape.start and line[-2:-1].isdigit())
    return not sentence and letters <= (BARE_LETTERS_INSIDE_MAX if inside else BARE_LETTERS_MAX)


def _announces(line: str) -> bool:
    """``18.03.2020 13:15 Uhr Autor/in: Ida Krog``: the line of a byline."""
    byline = printed_byline(without_times(line))
    return byline is not None and bool(byline.people)


def published(reading: Reading, day_in_url: StatedTime | None = None) -> StatedTime | None:
    """The time of publication: one on the day that the address names, else a labelled before a bare one.

    Among several the nearest to the headline of a page, to the beginning of the prose in copy, rather above.
    """
    found = {**reading.undecided, **reading.published}
    if day_in_url is not None:
        found = {index: time for index, time in found.items() if time.local.date() == day_in_url.local.date()} or found
    ranks = _ranks(reading)
    ordered = sorted(found, key=lambda index: (ranks(index), index))
    labelled = [index for index in ordered if index in reading.published]
    return found[(labelled or ordered)[0]] if ordered else None


def _ranks(reading: Reading) -> Callable[[int], int]:
    if reading.region.headline is not None:
        order = {index: rank for rank, index in enumerate(page_places(reading))}
        return lambda index: order.get(index, len(order) + index)
    start = reading.shape.start
    return lambda index: start - index if index <= start else index - start + BELOW_LINES

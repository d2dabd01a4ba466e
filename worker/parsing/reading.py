"""A text being read: its lines, where its article lies, and what has been found in it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.parsing.article import Author, StatedTime
from worker.parsing.bylines import Byline
from worker.parsing.region import Region, is_after_heading
from worker.parsing.shape import Shape, is_prose

HEAD_LINES: Final = 40
HEAD_LINES_OF_COPY: Final = 300
HEAD_LINES_BELOW: Final = 3
ABOVE_HEADLINE_LINES: Final = 4
BELOW_HEADLINE_LINES: Final = 25
OPENING_CHARS_MAX: Final = 480
TAIL_LINES: Final = 12
TAIL_LINES_OF_PAGE: Final = 8


@dataclass(kw_only=True)
class Reading:
    """``taken`` are the lines that are not part of the body."""

    lines: list[str]
    region: Region
    taken: set[int] = field(default_factory=set)
    captions: dict[int, str] = field(default_factory=dict)
    bylines: dict[int, Byline] = field(default_factory=dict)
    published: dict[int, StatedTime] = field(default_factory=dict)
    modified: StatedTime | None = None
    undecided: dict[int, StatedTime] = field(default_factory=dict)
    reporters: tuple[Author, ...] = ()
    signers: tuple[Author, ...] = ()
    emails: list[str] = field(default_factory=list)
    signatures: tuple[str, ...] = ()
    agency: str | None = None
    dateline: str | None = None
    title: int | None = None
    day_first: bool | None = None

    @property
    def shape(self) -> Shape:
        return self.region.shape

    def head(self) -> Sequence[int]:
        """Where title, byline and date are looked for, best first: in a whole page around the headline."""
        shape, total = self.shape, len(self.lines)
        if shape.start == total:
            return range(min(total, HEAD_LINES_OF_COPY))  # no prose at all
        below = min(total, shape.start + 8)
        if self.region.headline is None:
            before = HEAD_LINES if shape.whole_page else HEAD_LINES_OF_COPY
            return range(max(0, shape.start - before), below)
        headline = self.region.headline
        near = self.below_headline()
        over = range(max(near.stop, shape.start - HEAD_LINES_BELOW), min(shape.start + HEAD_LINES_BELOW, total))
        first = headline if self.region.first_headline is None else self.region.first_headline
        above = range(headline, max(-1, first - ABOVE_HEADLINE_LINES - 1), -1)
        return [*near, *over, *above]

    def below_headline(self) -> range:
        """Between a page's headline and its text; empty in copy."""
        headline = self.region.headline
        return range(0) if headline is None else range(headline + 1, self._opened(headline))

    def _opened(self, headline: int) -> int:
        """The line at which the article has begun for good: a standfirst and a picture stand above its byline."""
        chars = 0
        for index in range(headline + 1, min(headline + BELOW_HEADLINE_LINES, len(self.lines))):
            if is_after_heading(self.lines[index]) and index >= self.shape.end:
                return index
            if is_prose(self.lines[index]):
                chars += len(self.lines[index])
                if chars > OPENING_CHARS_MAX:
                    return index + 1
        return min(headline + BELOW_HEADLINE_LINES, len(self.lines))

    def tail(self) -> range:
        """Where sign-offs and closing notes are looked for: in a whole page up to the heading of what follows."""
        end = len(self.lines)
        if not self.shape.whole_page:
            return range(max(self.shape.end - 2, 0, end - 40), end)
        stop = min(end, self.shape.end + TAIL_LINES_OF_PAGE)
        below = range(self.shape.end, stop)
        stop = next((index for index in below if is_after_heading(self.lines[index])), stop)
        return range(max(self.shape.end - 4, 0), stop)

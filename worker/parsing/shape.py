"""The shape of a plain text: its paragraphs where lines are wrapped by hand, and where its prose begins and ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.parsing.text import lines_of

WRAPPED_CHARS_MAX: Final = 90
"""Typewriters, teleprinters and mail wrap at 60 to 80 columns."""
PROSE_CHARS_MIN: Final = 90
PROSE_WORDS_MIN: Final = 7
MENU_CHARS_MAX: Final = 40
MENU_LINES_MIN: Final = 20
MENU_RUN_MIN: Final = 5
"""So many short lines, so many of them in a row, and the text is a whole page with its menus. Measured: 538 of 565
copied pages, none of 2,427 articles handed in as text (an interview alternates; a table's lines hold figures)."""

_END: Final = re.compile(r"[.!?…。:][\"'”’»)\]]*$|[다요죠]\.?[\"'”’]?$")
_WIDE: Final = re.compile("[가-힣ぁ-んァ-ヶ一-龥]")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """``lines[start:end]`` is the prose. ``whole_page``: what lies around it is a site's menus, not the article's."""

    start: int
    end: int
    whole_page: bool


def paragraphs_of(text: str) -> list[str]:
    """Paragraphs as single lines. Hand-wrapped lines are joined where indentation or blank lines show them."""
    raw = text.split("\n")
    filled = [line for line in raw if line.strip()]
    if len(filled) < 3 or max(map(len, filled)) > WRAPPED_CHARS_MAX:
        return lines_of(text)
    indented = sum(line.startswith(("  ", "\t")) for line in filled)
    if 0 < indented < len(filled) and len(filled) - indented >= 2:
        return _joined(raw, by_indent=True)
    long = sum(len(line) > 45 for line in filled)
    if long * 2 >= len(filled) and len(raw) > len(filled):
        return _joined(raw, by_indent=False)
    return lines_of(text)


def is_prose(line: str) -> bool:
    """A sentence or more of running text, no heading, menu entry or caption label."""
    if _WIDE.search(line[:200]):
        return len(line) >= 30 and (bool(_END.search(line[-6:])) or len(line) >= 80)
    if len(line.split(None, PROSE_WORDS_MIN)) < PROSE_WORDS_MIN:
        return False
    return len(line) >= PROSE_CHARS_MIN or bool(_END.search(line[-6:]))


def shape_of(lines: Sequence[str]) -> Shape:
    """The run of lines with the most prose in it (largest sum; a short line costs what half a sentence earns)."""
    prose = [is_prose(line) for line in lines]
    if not any(prose):
        return Shape(start=len(lines), end=len(lines), whole_page=False)
    best, best_start, best_end = 0.0, 0, 0
    running, start = 0.0, 0
    for index, line in enumerate(lines):
        running += min(len(line), 600) / 60 if prose[index] else -1.0
        if running <= 0:
            running, start = 0.0, index + 1
        elif running > best and prose[index]:
            best, best_start, best_end = running, start, index + 1
    if _has_menus(lines, prose):
        return Shape(start=best_start, end=best_end, whole_page=True)
    return Shape(start=prose.index(True), end=len(prose) - prose[::-1].index(True), whole_page=False)


def _has_menus(lines: Sequence[str], prose: Sequence[bool]) -> bool:
    total = run = longest = 0
    for line, told in zip(lines, prose, strict=True):
        is_entry = not told and len(line) <= MENU_CHARS_MAX and not any(map(str.isdigit, line))
        total += is_entry
        run = run + 1 if is_entry else 0
        longest = max(longest, run)
    return total >= MENU_LINES_MIN and longest >= MENU_RUN_MIN


def _joined(raw: Sequence[str], *, by_indent: bool) -> list[str]:
    """A blank line begins a paragraph, and so does an indented one.

    What stands above the first of them (date, headline) is a line each.
    """
    paragraphs: list[list[str]] = []
    fresh, opened = True, not by_indent
    for line in raw:
        if not line.strip():
            fresh, opened = True, opened or bool(paragraphs)
            continue
        signed = line[0].isspace() and len(line.split()) == 1  # `` Reuter`` on the last line
        indented = by_indent and (signed or line.startswith(("  ", "\t")))
        opened = opened or indented
        if fresh or indented or not opened:
            paragraphs.append([])
        paragraphs[-1].append(line.strip())
        fresh = False
    return [" ".join(" ".join(lines).split()) for lines in paragraphs]

"""Names on lines that do not say ``By``: beside a date, a role, a handle or an address, under a headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from worker.parsing.agencies import is_agency
from worker.parsing.bylines import Byline, announced_names, is_role_line, name_alone, signed
from worker.parsing.bylinewords import EMAIL
from worker.parsing.copylines import without_times
from worker.parsing.headlines import states_time
from worker.parsing.reading import Reading
from worker.parsing.region import is_after_heading
from worker.parsing.text import comparable

NAME_LINES_MAX: Final = 14
"""How far from the prose of copy a name without ``By`` may stand: measured, nine in ten true ones are nearer."""
NAME_BELOW_LINES: Final = 8
SMALL_WORDS_CHARS_READ: Final = 100_000
LINE_CHARS_MAX: Final = 120
ALIAS_CHARS_MAX: Final = 60
BESIDE: Final = (1, -1, 2)
"""Where the date stands from the name: 26 of 28 true names on the line above it, 2 of 7 two lines below."""
STACK_MAX: Final = 8
ENTRY_CHARS_MAX: Final = 30
JOINING_CHARS_MAX: Final = 6
ABOVE_NAMES: Final = 8
"""A name that stands so far above the headline, too, is an entry of the menu."""
_SMALL: Final = re.compile(r"(?<![\w@./-])[^\W\d_A-Z]+(?![\w@]|[./-]\w)")
"""Words that are written small, but for those of addresses: ``ida.krog@islander.example``."""
_LABEL: Final = re.compile(
    r"(?i)\s?[|·•,–—-]?\s?\b(?:published|posted|updated|veröffentlicht|publié|publicado|pubblicato)\b:?\s?"
)
WEEKDAY: Final = re.compile(
    r"(?i)(?<!\w)(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|"
    r"mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|"
    r"martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|luned[ìi]|marted[ìi]|mercoled[ìi]|gioved[ìi]|venerd[ìi]|sabato|"
    r"domenica|[A-Z]{1,2}[SD]T|[A-Z]?[CEMW]ES?T|UTC|GMT)(?!\w),?"
)
_PARTED: Final = re.compile(r"\s[-–—|·•]\s|\s?\|\s?")
_COUNT: Final = re.compile(r"\d{1,3}(?:[.,]?\d{3}){0,2}\s?[^\W\d_]{0,20}|\W*")
"""``91 Comments``, ``5 min``: what else stands on the line of a name."""
_READING_TIME: Final = re.compile(
    r"(?i)^\W{0,3}(?:lesezeit|lesedauer|reading time|temps de lecture|tiempo de lectura|tempo di lettura|"
    r"\d{1,3}\s?min).{0,30}$"
)
_DESK: Final = re.compile(
    r"(?i)(?:die )?redaktion(?:\s\S+){0,3}|redacci[oó]n(?:\s\S+){0,4}|la rédaction|redazione|redação"
)
"""Desks that say so: other words of organisations stand in menus and sections too."""
_REVIEWER: Final = re.compile(r"^\S+\s[^\W\d_]\.$")
"""``Georg N.``: who hides the family name comments or reviews."""
_HANDLE: Final = re.compile(r"[\s,(|]{1,3}@\w{2,30}\)?\s?$")
_HANDLE_ALONE: Final = re.compile(r"^(?:follow\s|folge\s)?@\w{2,30}$", re.IGNORECASE)


def read_names_alone(reading: Reading) -> None:
    """A name without ``By``, beside a date, a role or a handle, near the headline (in copy: near the prose)."""
    if any(byline.people or byline.desk for byline in reading.bylines.values()):
        return
    words = Words(reading.lines)
    places = _page_places(reading) if reading.region.headline is not None else _copy_places(reading)
    for index in places:
        byline = names_on(reading.lines[index], words)
        if byline is None:
            continue
        reading.bylines[index] = byline
        reading.taken.add(index)
        if reading.region.headline is not None:
            _read_stack(reading, index, words)
        return


def read_name_below(reading: Reading) -> None:
    """In a page that names nobody so far: ``- Ida Krog`` below the text with the date on the line above."""
    if reading.region.headline is None or any(byline.people for byline in reading.bylines.values()):
        return
    end = reading.shape.end
    for index in range(end, min(len(reading.lines), end + NAME_BELOW_LINES)):
        if is_after_heading(reading.lines[index]):
            return
        person = name_alone(reading.lines[index])
        if person is not None and states_time(reading.lines[index - 1]):
            reading.bylines[index] = Byline(people=(person,))
            reading.taken.add(index)
            return


def _read_stack(reading: Reading, index: int, words: Words) -> None:
    """Names on lines of their own above and below the one that a date has told."""
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(reading.lines) and at != reading.region.headline and len(reading.bylines) < STACK_MAX:
            byline = None if is_role_line(reading.lines[at]) else names_on(reading.lines[at], words)
            if byline is None or not byline.people or states_time(reading.lines[at]):
                break
            reading.bylines[at] = byline
            reading.taken.add(at)
            at += step


class Words:
    """What the text says elsewhere: a name is none of the words that it also writes small, and no menu entry."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._small = set(_SMALL.findall("\n".join(lines)[:SMALL_WORDS_CHARS_READ]))
        self._entries = {line for line in lines if len(line) <= ENTRY_CHARS_MAX}

    def are_worded(self, name: str) -> bool:
        """A word that the text also writes in small letters is no name ("Recent Posts")."""
        return any(word.strip(".,").lower() in self._small for word in name.split() if len(word) > 3)

    def without_section(self, line: str) -> str:
        """``Ida Krog Culture`` without a last word that is an entry of the page's menu."""
        words = line.split()
        return " ".join(words[:-1]) if len(words) > 2 and words[-1] in self._entries else line


def _copy_places(reading: Reading) -> Iterator[int]:
    """The date's line and those at most three away from it."""
    head = set(reading.head())
    marks = [index for index in (*reading.published, *reading.undecided) if index in head]
    for mark in sorted(marks, key=lambda index: abs(index - reading.shape.start)):
        for index in (mark, mark - 1, mark + 1, mark - 2, mark - 3):
            near = 0 <= index < len(reading.lines) and abs(index - reading.shape.start) <= NAME_LINES_MAX
            if near and (index == mark or index not in reading.taken):
                yield index


def _page_places(reading: Reading) -> Iterator[int]:
    """Lines below the headline that hold a date, or stand beside a date, a role or a handle; the closest first.

    Counters and reading times do not part a name from its date.
    """
    lines = reading.lines
    headline = reading.region.first_headline or 0
    menu = {comparable(line) for line in lines[: max(0, headline - ABOVE_NAMES)]}
    head = [index for index in sorted(reading.head()) if index > headline and not is_filler(lines[index])]
    for offset in (0, *BESIDE):
        for place, index in enumerate(head):
            line, at = lines[index], place + offset
            if comparable(line) in menu or index == reading.region.headline:
                continue
            alone = offset == 0 and (states_time(line) or _LABEL.search(line) or _HANDLE.search(line))
            if alone or (offset and 0 <= at < len(head) and _marks_name(lines[head[at]])):
                yield index


def is_filler(line: str) -> bool:
    return bool(_COUNT.fullmatch(line) or _READING_TIME.match(line)) and not states_time(line)


def _marks_name(line: str) -> bool:
    """What stands beside a name: a date, what the person does, where they are followed."""
    return states_time(line) or is_role_line(line) or bool(_HANDLE_ALONE.match(line) or EMAIL.fullmatch(line))


def names_on(line: str, words: Words) -> Byline | None:
    """The people, or the agency, where the line holds names, its date and nothing else."""
    if len(line) > LINE_CHARS_MAX or line.startswith("(") or announced_names(line):
        return None
    bare = WEEKDAY.sub(" ", without_times(line)) if states_time(line) else line
    bare = " ".join(_HANDLE.sub("", _LABEL.sub(" ", bare)).split()).strip(" |,-–—•·")
    parts = [part.strip() for part in _PARTED.split(bare) if not _COUNT.fullmatch(part.strip())]
    bare = words.without_section(parts[0] if len(parts) == 1 else bare)
    if is_agency(bare) or _DESK.fullmatch(bare):
        return Byline(desk=bare)
    person = None if _REVIEWER.search(bare) else name_alone(bare)
    byline = Byline(people=(person,)) if person else _several(bare)
    worded = byline is None or any(words.are_worded(person.name) for person in byline.people)
    return None if worded else byline


def _several(line: str) -> Byline | None:
    byline = signed(line)
    said = sum(len(comparable(name)) for name in (*(person.name for person in byline.people), byline.desk or ""))
    joined = len(byline.people) + bool(byline.desk) > 1 and bool(byline.people)
    return byline if joined and len(comparable(line)) - said <= JOINING_CHARS_MAX else None


def announced_alias(lines: Sequence[str], index: int) -> Byline | None:
    """``by oz on December 4, 2006``: under a headline and with a date, whatever is announced signs."""
    around = lines[max(0, index - 1) : index + 2]
    line = lines[index]
    if len(line) > ALIAS_CHARS_MAX or not any(map(states_time, around)):
        return None
    names = announced_names(WEEKDAY.sub(" ", without_times(line)) if states_time(line) else line)
    byline = signed(names, trusted=True) if names else Byline()
    return byline if len(byline.people) == 1 else None

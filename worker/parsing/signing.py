"""Who signs a text: bylines in its head and tail, names beside its date, sign-offs, addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from worker.parsing.agencies import is_agency, is_desk
from worker.parsing.article import Author
from worker.parsing.bylines import (
    Byline,
    is_byline_lead,
    merge_people,
    name_alone,
    printed_byline,
    signed,
)
from worker.parsing.bylinewords import EMAIL, LEAD_NOUN_COLON
from worker.parsing.copylines import closing_agency, is_noise, is_note, is_read_more, sign_off, without_times
from worker.parsing.endings import addressed, ending
from worker.parsing.headlines import states_time
from worker.parsing.korean import introduced
from worker.parsing.namelines import announced_alias
from worker.parsing.reading import TAIL_LINES, Reading
from worker.parsing.region import is_after_heading
from worker.parsing.shape import is_prose
from worker.parsing.text import comparable

BYLINE_LINE_CHARS_MAX: Final = 160
SHORT_BYLINE_CHARS_MAX: Final = 120
TEASER_LINES: Final = 3
INTRODUCING_LINES: Final = 40
AUTHOR_LINES_BELOW: Final = 40
"""``Author: …`` may stand so far below the text, under tags and pictures."""
ROLE_CHARS_MAX: Final = 30
OPENING_LINES: Final = 3
SMALL_WORDS_MAX: Final = 2
CATALOGUE_LINES: Final = 3
CATALOGUE_ENTRIES_MIN: Final = 3
GROUP_LINES: Final = 3
JOINING_CHARS_MAX: Final = 12
_JOINTS: Final = frozenset({",", "and", "und", "&", "et", "y", "e", "|"})
"""Bylines of one article stand so close to each other."""
_CATALOGUE_ENTRY: Final = re.compile(r"^[^\W\d_][\w. -]{2,24}:\s\S.{0,60}$")
_PUT_BY: Final = re.compile(r"(?i)(?:(?:published|posted|written|geschrieben|verfasst|erstellt)\s|auth?or|auteur)")
"""``Published by``, ``Autorin/Autor`` alone on a line: printed below the text, too."""
_ABOUT: Final = re.compile(
    r"(?i)^(?:about the authors?|(?:written|posted|reported) by|über (?:den|die) autor(?:/?in|(?::|\*)?in|en)?|"
    r"zum? (?:den )?autor(?:in|en)?|à propos de l['’]auteur|sobre (?:el|la|o|a) autora?|l['’]autore|over de auteur)"
    r"\s?[:–—-]?(?:\s(?P<name>\S.{3,60}))?$"
)


def read_bylines(reading: Reading) -> None:
    """Lines that announce a byline, in the head first, then in the tail."""
    for index in dict.fromkeys([*reading.head(), *reading.tail()]):
        if index in reading.taken and index not in reading.published and index not in reading.undecided:
            continue
        found, used = _announced(reading, index)
        in_text = reading.shape.whole_page and index >= reading.shape.start
        if found is not None and not (in_text and _is_teasers(reading, index)):
            reading.bylines[index] = found
            reading.taken.update(used)


def _announced(reading: Reading, index: int) -> tuple[Byline | None, tuple[int, ...]]:
    """The byline that a line announces, alone or together with the next one; and the lines it takes."""
    lines = reading.lines
    line, below = lines[index], lines[index + 1] if index + 1 < len(lines) else ""
    if is_prose(line) and len(line) > BYLINE_LINE_CHARS_MAX:
        return None, ()
    byline = printed_byline(line) or (printed_byline(without_times(line)) if states_time(line) else None)
    if byline is None and reading.region.headline is not None and index < reading.shape.start + OPENING_LINES:
        byline = announced_alias(lines, index)
    if byline is not None:
        return _with_address(byline, below, index)
    if below and is_byline_lead(line):
        names, last = _listed(lines, index + 1)
        return _below_lead(names), tuple(range(index, last + 1))
    if below and line.rstrip().endswith("(") and EMAIL.match(below):
        byline = printed_byline(f"{line} {below}")  # broken between name and e-mail
    elif EMAIL.fullmatch(below.strip(" ()")) and len(line) <= 80 and not is_prose(line):
        byline = printed_byline(f"{line} {below}")
    return byline, (index, index + 1)


def _with_address(byline: Byline, below: str, index: int) -> tuple[Byline, tuple[int, ...]]:
    """One person's address may have the next line for itself."""
    address = EMAIL.fullmatch(below.strip(" ()"))
    if address is None or len(byline.people) != 1:
        return byline, (index,)
    person = byline.people[0]
    return replace(byline, people=(replace(person, email=person.email or address.group()),)), (index, index + 1)


def _listed(lines: Sequence[str], index: int) -> tuple[str, int]:
    """Names that go on behind a comma on the next line, joined; and the last of their lines."""
    names, last = lines[index], index
    while last + 1 < len(lines) and last - index < GROUP_LINES * 2:
        follows = lines[last + 1]
        joint = names.rstrip().endswith(",") and _is_listed(follows)
        if not joint and not (follows in _JOINTS and last + 2 < len(lines) and _is_listed(lines[last + 2])):
            break
        names, last = f"{names} {follows}", last + 1
    return names, last


def _is_listed(line: str) -> bool:
    bare = line.rstrip(" ,")
    return name_alone(bare) is not None or is_agency(bare) or (len(bare) <= ROLE_CHARS_MAX and is_desk(bare))


def _below_lead(line: str) -> Byline | None:
    """After ``By`` alone on a line, whatever stands on the next one signs: a person, an alias, a desk."""
    if len(line) > SHORT_BYLINE_CHARS_MAX or is_prose(line):
        return None
    byline = signed(line, trusted=True)
    said = sum(len(comparable(person.name)) for person in byline.people)
    if not byline.desk and len(comparable(line)) - said > JOINING_CHARS_MAX:
        return None  # "Interview" stood above a headline
    full = tuple(person for person in byline.people if " " in person.name or not person.name.isascii())
    byline = replace(byline, people=full or byline.people)
    return byline if byline.people or byline.desk else None


def read_bylines_inside(reading: Reading) -> None:
    """In a whole page whose teasers pass for prose, the byline may lie deeper: the first line that announces one."""
    if not reading.shape.whole_page or any(byline.people for byline in reading.bylines.values()):
        return
    start, end = reading.shape.start, reading.shape.end
    for index in range(start, min(len(reading.lines), end + AUTHOR_LINES_BELOW)):
        line = reading.lines[index]
        labelled = LEAD_NOUN_COLON.match(line) or (_PUT_BY.match(line) and is_byline_lead(line))
        if len(line) > SHORT_BYLINE_CHARS_MAX or (not labelled and (is_prose(line) or index >= end)):
            continue
        byline: Byline | None = _about(line)
        used: tuple[int, ...] = (index,)
        if byline is None:
            byline, used = _announced(reading, index)
        if byline is None or not byline.people or _is_teasers(reading, index):
            continue
        alias = all(person.name.isascii() and " " not in person.name for person in byline.people)
        if not alias and not _says_more(line, byline) and not _in_catalogue(reading.lines, index):
            reading.bylines[index] = byline
            reading.taken.update(used)
            return


def _says_more(line: str, byline: Byline) -> bool:
    """``Von Ostholm mit Fähre zur Insel``: in the text a line that goes on behind the names is no byline."""
    small = [word for word in line.split()[1:] if word.isalpha() and word.islower()]
    told = {word for person in byline.people for word in person.name.split()}
    return sum(word not in told for word in small) > SMALL_WORDS_MAX


def _in_catalogue(lines: Sequence[str], index: int) -> bool:
    """Among ``Title: …``, ``Pages: …``, ``Publisher: …`` the author is that of the book."""
    around = [*lines[max(0, index - CATALOGUE_LINES) : index], *lines[index + 1 : index + 1 + CATALOGUE_LINES]]
    return sum(bool(_CATALOGUE_ENTRY.match(line)) for line in around) >= CATALOGUE_ENTRIES_MIN


def _is_teasers(reading: Reading, index: int) -> bool:
    """Below ``Read also`` the byline is that of the article which is recommended."""
    above = reading.lines[max(0, index - TEASER_LINES, (reading.region.headline or 0) + 1) : index]
    below_text = index >= reading.shape.end  # above it "Comments" is the button beside the byline
    return any(is_read_more(line) or (below_text and is_after_heading(line)) for line in above)


def _about(line: str) -> Byline | None:
    """``About the author - Ida Krog``."""
    match = _ABOUT.match(line)
    person = name_alone(match["name"]) if match and match["name"] else None
    return Byline(people=(person,)) if person else None


def read_end(reading: Reading) -> None:
    """Sign-offs, the agency's name on the last line, the reporter's address behind the last sentence."""
    for index in reading.tail():
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
        elif _ABOUT.match(reading.lines[index]):
            _read_about(reading, index)
    _read_address(reading)


def _read_about(reading: Reading, index: int) -> None:
    """``About the author`` and the name behind or below it."""
    byline = _about(reading.lines[index])
    if byline is None and index + 1 < len(reading.lines) and (person := name_alone(reading.lines[index + 1])):
        byline = Byline(people=(person,))
        reading.taken.add(index + 1)
    if byline is not None:
        reading.bylines.setdefault(index, byline)
        reading.taken.add(index)


def _read_address(reading: Reading) -> None:
    """Reporters' addresses behind the last sentence, or alone on the last line, as Korean agencies print them."""
    end = reading.tail().stop
    left = [index for index in range(max(0, end - TAIL_LINES), end) if index not in reading.taken]
    left = [index for index in left if not is_noise(reading.lines[index])]
    found = ending(reading.lines[left[-1]]) if left else None
    if found is None:
        return
    reading.emails.extend(found.emails)
    reading.signatures = found.emails
    reading.signers = found.people
    reading.lines[left[-1]] = found.rest
    if not found.rest:
        reading.taken.add(left[-1])


def people(reading: Reading) -> tuple[tuple[Author, ...], str | None]:
    """The best byline with those close to it; else the reporters of the sign-off. And the desk that signs."""
    named = {index: byline for index, byline in reading.bylines.items() if byline.people}
    desk = next((byline.desk for byline in reading.bylines.values() if byline.desk), None)
    if not named:
        known = reading.reporters or reading.signers or introduced("\n".join(reading.lines[:INTRODUCING_LINES]))
        return addressed(known, reading.emails), desk
    first = _best(reading, list(named))
    found = [person for index in _group(reading, first, sorted(named)) for person in named[index].people]
    more = reading.signers if len(found) < len(reading.signers) else ()
    return addressed(merge_people([*found, *more]), reading.emails), desk


def _best(reading: Reading, indexes: Sequence[int]) -> int:
    """In copy the byline nearest to the prose; in a page the first below its headline."""
    if reading.region.headline is None:
        return min(indexes, key=lambda index: abs(index - reading.shape.start))
    order = {index: rank for rank, index in enumerate(reading.head())}
    return min(indexes, key=lambda index: (order.get(index, len(order) + index), index))


def _group(reading: Reading, first: int, indexes: Sequence[int]) -> list[int]:
    """The bylines that follow one another closely around the first, with addresses, roles and dates between them."""
    at = indexes.index(first)
    start = end = at
    while end + 1 < len(indexes) and _follows(reading, indexes[end], indexes[end + 1]):
        end += 1
    while start and _follows(reading, indexes[start - 1], indexes[start]):
        start -= 1
    return list(indexes[start : end + 1])


def _follows(reading: Reading, index: int, other: int) -> bool:
    between = reading.lines[index + 1 : other]
    if reading.region.headline is None:
        return len(between) < GROUP_LINES
    return len(between) < GROUP_LINES and all(len(line) <= ROLE_CHARS_MAX and not is_prose(line) for line in between)

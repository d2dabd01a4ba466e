"""Who wrote it: people out of printed bylines and stated author fields, in order, with their e-mail.

Desks and agencies are told apart (``agencies.py``) and returned separately. All patterns are anchored, run on single
lines of at most ``BYLINE_CHARS_MAX`` characters and repeat nothing nested, so their cost is bounded per line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from worker.parsing.agencies import is_desk, is_role, parted_agency
from worker.parsing.article import Author
from worker.parsing.bylinewords import (
    CJK_NAME,
    CUT,
    EMAIL,
    ISSUED,
    JOINED,
    KOREAN,
    KOREAN_TITLE,
    LEAD,
    LEAD_ALONE,
    LEAD_GLUED,
    LEAD_NOUN,
    LEAD_NOUN_COLON,
    NAME_BEGINNINGS,
    NAME_CHARS,
    NO_NAMES,
    NOUN_LINE_CHARS_MAX,
    PARTICLES,
    PICTURED,
    ROLE,
    ROLE_GLUED,
)
from worker.parsing.dates import printed_times
from worker.parsing.givennames import is_given_name
from worker.parsing.text import NAME_CHARS_MAX, comparable, one_line

BYLINE_CHARS_MAX: Final = 300
PEOPLE_MAX: Final = 30
NAME_WORDS_MAX: Final = 6
ARTICLE_AND_NAME: Final = 2
_ARTICLES: Final = frozenset({"der", "die", "the", "la", "le", "el"})
"""``Der Fährmann``: an alias may begin so."""
_SMALL_WORDS: Final = frozenset({"in", "op", "e", "y", "of", "dem", "dir"})
"""Particles that no name begins with."""
_ACRONYM: Final = re.compile(r"^[B-DF-HJ-NP-TV-XZ]{3,6}$")
"""Capitals without a vowel: no name begins so."""
_OUTLET: Final = re.compile(r"(?!(?:PHD|MBA|MPH|DVM|DDS|CFA|CPA|CEO|CFO|CTO|COO|RDN|LCSW|ESQ|USA|III)$)[A-ZÄÖÜ]{3,5}")
_WITH_SITE: Final = re.compile(r"^(?P<name>[^()]{2,80}?)\s?\((?:https?://|www\.)[^()\s@]{3,100}\)$")
"""Who gives a website instead of an address is no person: ``The Islander (www.islander.example)``."""
_SITE_OR_FILE: Final = re.compile(r"[^\W\d_]{3}\.[a-z]{2,4}$")
"""``Zespół dziennik.example``, ``Create README.md``."""
_LAST_FIRST: Final = re.compile(
    r"^\s*(?P<last>(?:(?:van|von|de|der|den|du|da|di|del|la|le)\s){0,2}[^\W\d_a-z][^\W\d_]*(?:[-'’][^\W\d_]+)?),\s"
    r"(?P<first>(?:[^\W\d_a-z][^\W\d_]*(?:-[^\W\d_]+)?\.?\s?){1,3}(?:(?:van|von|de|der|den|du|da|di|del|la|le)\s?){0,2})\s*$"
)
_INITIALS: Final = re.compile(r"(?:\b\w\b\W*)+")
"""``A. M.``: the half of a day, and no name."""
_POSSESSIVE: Final = re.compile(r"['’]s\s")


@dataclass(frozen=True, kw_only=True)
class Byline:
    """The people and, apart, the first desk or agency that signs."""

    people: tuple[Author, ...] = ()
    desk: str | None = None


def is_byline_lead(line: str) -> bool:
    """A line that announces the name on the next one (``By``, ``Von``, ``Autor:``)."""
    return len(line) <= 20 and bool(LEAD_ALONE.match(line))


def printed_byline(line: str) -> Byline | None:
    """What a line says that announces itself as a byline, in words, by a Korean title, or by an e-mail after a name."""
    line = line.strip()
    if not line or len(line) > BYLINE_CHARS_MAX:
        return None
    if names := announced_names(line):
        byline = signed(names)
        if not byline.people and not byline.desk and _is_outlet(names.strip(" ,;")):
            byline = Byline(desk=names.strip(" ,;"))
        return byline if byline.people or byline.desk else None
    if issued := ISSUED.match(line):
        return Byline(desk=tidy_name(issued["name"]) or None)
    return _korean_byline(line) or _name_with_email(line)


def announced_names(line: str) -> str | None:
    """What follows ``By``, ``Von``, ``Autor:`` on its line; None for a line that announces nobody."""
    match = LEAD.match(line) or LEAD_GLUED.match(line)
    if match is None or (len(line) > NOUN_LINE_CHARS_MAX and LEAD_NOUN.match(line)):
        return None
    names: str = match["names"]
    names = names if "(" in names or "（" in names else names.rstrip(")）】")
    sentence = names.endswith(".") and LEAD_NOUN_COLON.match(line)
    return names.partition(",")[0] if sentence else names  # "Author: Ida Krog, head of the harbour office."


def _is_outlet(name: str) -> bool:
    """``By A B, NDR``: capitals behind the names are whom they work for, unless a degree."""
    return bool(_OUTLET.fullmatch(name))


def is_role_line(line: str) -> bool:
    """``Staff Writer``, ``Games Editor``: what the person above does."""
    return len(line) <= 60 and len(line.split()) <= 6 and bool(ROLE.match(line))


def name_alone(line: str) -> Author | None:
    """A line that is nothing but one person's name of two to four words (for places where names are expected)."""
    line = line.strip(" |,-–—•")
    words = line.split()
    if not 2 <= len(words) <= 4 or len(line) > 60 or "," in line or not is_person(line):
        return None
    if words[0] != words[0].title() and words[0] not in NAME_BEGINNINGS and not words[0].isupper():
        return None
    return Author(name=line)


def signed(names: str, *, trusted: bool = False, listed: bool = False) -> Byline:
    """People and desk out of a list of names in any of the languages' ways to join them.

    ``trusted``: a machine says that these are people, so one word is a name too ("lupa" in a forum). ``listed``: names
    go on behind what is none ("A in Winston-Salem, N.C., and B").
    """
    names = parted_agency(one_line(names[: NAME_CHARS_MAX * 8]))
    if site := _WITH_SITE.match(names):
        return Byline(desk=site["name"])
    emails = [match.group() for match in EMAIL.finditer(names)]
    bare = EMAIL.sub(" | ", names) if emails else names
    bare = PICTURED.sub("", bare)
    bare = _in_order(bare) if trusted else bare
    bare = re.sub(r"[(<\[{][^()<>\[\]{}]{0,200}[)>\]}]", " ", bare) or bare
    people: list[Author] = []
    desk = None
    for part in JOINED.split(_without_dates(bare))[: PEOPLE_MAX * 2]:
        name = tidy_name(part)
        if not name:
            continue
        if is_role(name):
            continue
        if is_desk(name):
            desk = desk or name
        elif is_person(name) or (trusted and may_be_alias(name)):
            people.append(Author(name=name))
        elif people and _is_outlet(name):
            desk = desk or name
        elif people and not (trusted or listed):
            break  # "By A B, whose work is …": what follows the names is prose
    return Byline(people=_with_emails(merge_people(people), emails)[:PEOPLE_MAX], desk=desk)


def _in_order(names: str) -> str:
    """``Krog, Ida Marie`` and ``Lind, B.``, as libraries state one author, in the order that people speak.

    Two given names are two people.
    """
    match = _LAST_FIRST.match(names)
    return f"{match['first']} {match['last']}" if match and not is_given_name(match["last"]) else names


def signed_or_site(names: str, site: str | None, *, trusted: bool) -> Byline:
    """``signed``, but for the site's own name, which may join words as names are joined: ``Sea & Shore``."""
    if site and comparable(site) == comparable(names):
        return Byline(desk=one_line(names))
    return signed(names, trusted=trusted)


def tidy_name(part: str) -> str:
    """A name without ``by``, role, e-mail, handle and what else is printed beside it."""
    name = one_line(part).strip(" ,.;:|-–—•·/")
    name = re.sub(r"(?i)^(?:by|von|par|por|di|text|foto)\s?:?\s(?=\S)", "", name)
    name = CUT.sub("", name)
    name = ROLE_GLUED.sub("", name) if not is_desk(name) else name
    if ROLE.match(name) or len(name) > NAME_CHARS_MAX:
        return ""
    return name.strip(" ,;:|-–—•·/\u201c\u201d\"'†")


def is_person(name: str) -> bool:
    """Shaped like a person's name: two to six capitalised words (particles aside), or two to four Hangul syllables."""
    if CJK_NAME.match(name):
        return True
    words = name.split()
    if (
        not 2 <= len(words) <= NAME_WORDS_MAX
        or len(name) > 70
        or not NAME_CHARS.fullmatch(name)
        or is_desk(name)
        or is_role(name)
        or _SITE_OR_FILE.search(name)
        or _INITIALS.fullmatch(name)
    ):
        return False
    if any(word.casefold().strip(".,'’") in NO_NAMES for word in words[1:] if word.casefold() not in PARTICLES):
        return False
    acronym = _ACRONYM.match(words[0]) and not name.isupper()  # "CNN Supreme Court"
    if acronym or words[0].casefold() in NO_NAMES or words[0] in _SMALL_WORDS or _POSSESSIVE.search(name):
        return False
    if name.endswith(".") and not re.search(r"\b\w\.$|\b(?:Jr|Sr)\.$", name):
        return False
    capital = [word for word in words if word.casefold() not in PARTICLES]
    return (
        len(capital) >= 1 and all(word[0].isupper() or word[0] in "'’(" for word in capital) and words[-1][0].isalpha()
    )


def may_be_alias(name: str) -> bool:
    """What a machine gives as a person's name and is none of the words that stand in for one."""
    words = name.split()
    told = words[1:] if len(words) == ARTICLE_AND_NAME and words[0].casefold() in _ARTICLES else words
    return (
        2 <= len(name) <= 70 and len(words) <= NAME_WORDS_MAX and not any(word.casefold() in NO_NAMES for word in told)
    )


def merge_people(people: Iterable[Author]) -> tuple[Author, ...]:
    """Each person once, in order; a later mention adds what the first one lacks."""
    found: dict[str, Author] = {}
    for person in people:
        key = comparable(person.name)
        known = found.get(key)
        found[key] = (
            person if known is None else replace(known, email=known.email or person.email, url=known.url or person.url)
        )
    found.pop("", None)
    return tuple(found.values())


def _with_emails(people: tuple[Author, ...], emails: list[str]) -> tuple[Author, ...]:
    """One e-mail a person, in order. Several e-mails for another number of people belong to nobody in particular."""
    if not emails or len(emails) != len(people):
        return (replace(people[0], email=emails[0]), *people[1:]) if len(emails) == 1 and len(people) == 1 else people
    return tuple(replace(person, email=email) for person, email in zip(people, emails, strict=True))


def _without_dates(value: str) -> str:
    for found in reversed(list(printed_times(value))):
        value = value[: found.start] + " | " + value[found.end :]
    return value


def _korean_byline(line: str) -> Byline | None:
    line = line.strip(" |")
    match = KOREAN.match(line) if len(line) <= 120 else None
    if match is None or not (match["email"] or KOREAN_TITLE.search(line)):
        return None
    names = [name.strip() for name in re.split(r"[·,]", match["names"])]
    people = tuple(Author(name=name) for name in names if name not in ("기자", "편집부"))
    return Byline(people=_with_emails(people, [match["email"]] if match["email"] else []))


def _name_with_email(line: str) -> Byline | None:
    """``Mike Cason | mcason@paper.com``: a short line of a name and an address, nothing else."""
    match = EMAIL.search(line)
    if match is None or len(line) > 140:
        return None
    byline = signed(line)
    left = len(comparable(EMAIL.sub("", line))) - sum(len(comparable(person.name)) for person in byline.people)
    return byline if byline.people and left <= 12 else None

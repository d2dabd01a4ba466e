"""Who wrote it: people out of printed bylines and stated author fields, in order, with their e-mail.

Desks and agencies are told apart (``agencies.py``) and returned separately. All patterns are anchored, run on single
lines of at most ``BYLINE_CHARS_MAX`` characters and repeat nothing nested, so their cost is bounded per line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from worker.parsing.agencies import is_desk
from worker.parsing.article import Author
from worker.parsing.dates import printed_times
from worker.parsing.text import NAME_CHARS_MAX, comparable, one_line

BYLINE_CHARS_MAX: Final = 300
PEOPLE_MAX: Final = 30
NAME_WORDS_MAX: Final = 6

EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")

_LEAD: Final = re.compile(
    r"(?i)^[-–—•*|/\s]{0,6}(?:(?:an?\s|eine?\s|un[ae]?\s)?(?:interview|analy[sz]e|analysis|kommentar|comment(?:ary)?|"
    r"kolumne|column|gastbeitrag|opinion|report|reportage|essay|glosse|rezension|review|artikel|story|words|text|texte|"
    r"testo|texto|tekst)\s?[:\s]\s?)?"
    r"(?:(?:written|posted|reported|published|reviewed|geschrieben|erstellt|verfasst|ver[öo]ffentlicht|publi[ée]|"
    r"escrito|scritto|skrevet|by-?line)\s)?"
    r"(?:by|von|vom|par|por|di|door|av|af|przez|autor(?:in|en)?|autore|autrice|auteure?|author|authors|de la redacci[oó]n|"
    r"text|texte|testo|texto|tekst|text\s&\sfotos?|text\sund\sfotos?|words|著者|作者|記者|기자|글|текст|автор)"
    r"(?:\s?[:：]\s?|\s)(?P<names>\S.*)$"
)
_LEAD_ALONE: Final = re.compile(
    r"(?i)^(?:by|von|par|por|di|door|av|autor(?:/?in)?|autore|auteur|author|written by|posted by|text|著者|作者|投稿者)\s?[:：]?$"
)
_KOREAN: Final = re.compile(
    r"^[\[(]?(?:[가-힣A-Za-z0-9·]{2,12}=)?\s?(?P<names>[가-힣]{2,4}(?:[·,]\s?[가-힣]{2,4}){0,5})\s?"
    r"(?:(?:선임|수습|인턴|전문|객원|특파|논설|문화|사진)?\s?(?:기자|특파원|통신원|논설위원|위원|에디터|PD|앵커|리포터))?\s?"
    r"[\])]?\s?[=/|(<\[]?\s?(?P<email>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{3,100})?[)>\]]?$"
)
_KOREAN_TITLE: Final = re.compile(r"기자|특파원|통신원|논설위원|리포터|에디터")
_JOINED: Final = re.compile(
    r"(?i)\s*(?:[;|/•·&]|,|、|\s-\s|\s–\s|\s(?:and|und|et|y|e|och|og|ja|i|и|та|en|ve|with|mit|avec|con)\s)\s*"
)
_ROLE: Final = re.compile(
    r"(?i)^(?:(?:senior|chief|deputy|assistant|associate|managing|executive|contributing|special|political|national|"
    r"foreign|sports?|science|health|business|tech|technology|news|staff|games?|gear)\s){0,3}"
    r"(?:staff|writers?|reporters?|editors?|correspondents?|columnists?|contributors?|producers?|photographers?|"
    r"redakteur\w*|autor\w*|journalist\w*|korrespondent\w*|reporter\w*|m\.?d\.?|ph\.?d\.?|esq|jr\.?|sr\.?|published|"
    r"director|fellow|professor|analyst|staff writer)\b.*$"
)
_ROLE_GLUED: Final = re.compile(
    r"\s?(?:Senior |Chief |Deputy |Assistant |Associate |Managing |Contributing )?(?:Staff )?"
    r"(?:Writer|Reporter|Editor|Correspondent|Columnist|Contributor|Follow|Autor|Autorin|CEO)s?$"
)
_PARTICLES: Final = frozenset(
    [
        "de",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "di",
        "du",
        "des",
        "la",
        "le",
        "les",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "zu",
        "zur",
        "vom",
        "af",
        "av",
        "bin",
        "ibn",
        "al",
        "el",
        "bint",
        "abu",
        "y",
        "e",
        "dal",
        "dalla",
        "st",
        "st.",
        "mc",
        "mac",
        "of",
        "ben",
        "ou",
        "'t",
        "op",
        "in",
        "dem",
        "dir",
    ]
)
_CUT: Final = re.compile(
    r"\s?(?:\||•|·|,?\s(?:for|in|at|on|aus|für|pour|para|an der|à|am|em)\s(?=\S)|@\w|\b\d+\s(?:Comments?|minute|min)\b|"
    r"\s[-–—]\s|Published|Veröffentlicht|Updated|Publié|Publicado|\s(?:on|am|le|el)$).*$"
)
_NAME_CHARS: Final = re.compile(r"[^\d@#<>{}\[\]=+*/\\\"“”„!?:;%€$…_]+")
_CJK_NAME: Final = re.compile(r"^(?:[가-힣]{2,4}|[一-龥々ぁ-んァ-ヶー・]{2,10}(?:\s?[一-龥々ぁ-んァ-ヶ]{1,6})?)$")
_STOP: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "our",
        "your",
        "my",
        "his",
        "her",
        "their",
        "us",
        "we",
        "you",
        "it",
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "more",
        "read",
        "all",
        "new",
        "how",
        "why",
        "what",
        "when",
        "who",
        "where",
        "about",
        "with",
        "from",
        "after",
        "before",
        "best",
        "top",
        "live",
        "latest",
        "share",
        "follow",
        "sign",
        "log",
        "subscribe",
        "home",
        "menu",
        "search",
        "contact",
        "privacy",
        "terms",
        "cookie",
        "cookies",
        "copyright",
        "video",
        "photo",
        "photos",
        "image",
        "gallery",
        "podcast",
        "sport",
        "sports",
        "politics",
        "business",
        "world",
        "culture",
        "opinion",
        "technology",
        "science",
        "health",
        "travel",
        "weather",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "einen",
        "und",
        "oder",
        "mit",
        "für",
        "auf",
        "aus",
        "bei",
        "nach",
        "über",
        "mehr",
        "alle",
        "les",
        "une",
        "des",
        "notre",
        "votre",
        "plus",
        "pour",
        "dans",
        "sur",
        "los",
        "las",
        "una",
        "para",
        "con",
        "sobre",
        "más",
        "il",
        "lo",
        "gli",
        "nel",
        "per",
        "non",
        "che",
        "i",
        "it's",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "email",
        "e-mail",
        "mail",
        "facebook",
        "twitter",
        "whatsapp",
        "instagram",
        "linkedin",
        "reddit",
        "print",
        "getty",
        "images",
        "caption",
        "comments",
        "comment",
        "reply",
        "street",
        "road",
        "city",
        "university",
        "county",
        "north",
        "south",
        "east",
        "west",
        "united",
        "states",
        "kingdom",
        "minutes",
        "min",
        "read",
        "ago",
        "newsletter",
        "login",
        "anmelden",
        "abo",
        "startseite",
        "impressum",
        "datenschutz",
    ]
)


@dataclass(frozen=True, kw_only=True)
class Byline:
    """The people and, apart, the first desk or agency that signs."""

    people: tuple[Author, ...] = ()
    desk: str | None = None


def is_byline_lead(line: str) -> bool:
    """A line that announces the name on the next one (``By``, ``Von``, ``Autor:``)."""
    return len(line) <= 20 and bool(_LEAD_ALONE.match(line))


def printed_byline(line: str) -> Byline | None:
    """What a line says that announces itself as a byline, in words, by a Korean title, or by an e-mail after a name."""
    line = line.strip()
    if not line or len(line) > BYLINE_CHARS_MAX:
        return None
    if match := _LEAD.match(line):
        byline = signed(match["names"])
        return byline if byline.people or byline.desk else None
    return _korean_byline(line) or _name_with_email(line)


def name_alone(line: str) -> Author | None:
    """A line that is nothing but one person's name of two to four words (for places where names are expected)."""
    line = line.strip(" |,-–—•")
    words = line.split()
    if not 2 <= len(words) <= 4 or len(line) > 60 or not is_person(line):
        return None
    return Author(name=line)


def signed(names: str, *, trusted: bool = False) -> Byline:
    """People and desk out of a list of names in any of the languages' ways to join them.

    ``trusted``: a machine says that these are people, so one word is a name too ("lupa" in a forum).
    """
    names = one_line(names[: NAME_CHARS_MAX * 8])
    emails = [match.group() for match in EMAIL.finditer(names)]
    bare = EMAIL.sub(" | ", names) if emails else names
    bare = re.sub(r"[(<\[{][^()<>\[\]{}]{0,200}[)>\]}]", " ", bare) or bare
    people: list[Author] = []
    desk = None
    for part in _JOINED.split(_without_dates(bare))[: PEOPLE_MAX * 2]:
        name = tidy_name(part)
        if not name:
            continue
        if is_desk(name):
            desk = desk or name
        elif is_person(name) or (trusted and _may_be_alias(name)):
            people.append(Author(name=name))
        elif people and not trusted:
            break  # "By A B, whose work is …": what follows the names is prose
    return Byline(people=_with_emails(merge_people(people), emails)[:PEOPLE_MAX], desk=desk)


def tidy_name(part: str) -> str:
    """A name without ``by``, role, e-mail, handle and what else is printed beside it."""
    name = one_line(part).strip(" ,.;:|-–—•·/")
    name = re.sub(r"(?i)^(?:by|von|par|por|di|text|foto)\s?:?\s(?=\S)", "", name)
    name = _CUT.sub("", name)
    name = _ROLE_GLUED.sub("", name) if not is_desk(name) else name
    if _ROLE.match(name) or len(name) > NAME_CHARS_MAX:
        return ""
    return name.strip(" ,;:|-–—•·/\u201c\u201d\"'†")


def is_person(name: str) -> bool:
    """Shaped like a person's name: two to six capitalised words (particles aside), or two to four Hangul syllables."""
    if _CJK_NAME.match(name):
        return True
    words = name.split()
    if not 2 <= len(words) <= NAME_WORDS_MAX or len(name) > 70 or not _NAME_CHARS.fullmatch(name) or is_desk(name):
        return False
    if any(word.casefold().strip(".,'’") in _STOP for word in words):
        return False
    if name.endswith(".") and not re.search(r"\b\w\.$|\b(?:Jr|Sr)\.$", name):
        return False
    capital = [word for word in words if word.casefold() not in _PARTICLES]
    return len(capital) >= 1 and all(word[0].isupper() or word[0] in "'’(" for word in capital) and len(words[-1]) > 1


def _may_be_alias(name: str) -> bool:
    """What a machine gives as a person's name and is none of the words that stand in for one."""
    words = name.split()
    return 2 <= len(name) <= 70 and len(words) <= NAME_WORDS_MAX and not any(word.casefold() in _STOP for word in words)


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
    match = _KOREAN.match(line) if len(line) <= 120 else None
    if match is None or not (match["email"] or _KOREAN_TITLE.search(line)):
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

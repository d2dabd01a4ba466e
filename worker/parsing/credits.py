"""The bracket that closes a line: a picture's credit, an agency's signature, or a part of the sentence.

Told by shape: which names outlets and photographers go by is not known beforehand. Lists hold only what the language
settles: known agencies, words of credits, words that no credit consists of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from worker.parsing.agencies import is_agency
from worker.parsing.bylines import is_person
from worker.parsing.bylinewords import PARTICLES

CREDIT_WORDS_MAX: Final = 6
PICTURE_WORDS_MAX: Final = 14
ABBREVIATION_CHARS_MAX: Final = 8

BARE_CHARS_MAX: Final = 80
BARE_PARTS_MAX: Final = 5
CAPTION_CHARS_MIN: Final = 12
SAID_WORDS_MIN: Final = 3

Kind = Literal["picture", "agency", "name"]
"""``picture`` says that there is a picture. ``agency``, a known one, and ``name``, an unknown one, also sign text."""

CREDIT_LABEL: Final = (
    r"(?:photos?|photograph(?:s|y)?|photo credit|image(?: credit)?|picture|pictures|credit|credits|foto|fotos|"
    r"fotograf(?:ie)?|"
    r"bild|bilder|bildquelle|bildrechte|bildnachweis|archivbild|illustration|grafik|graphic|zdjęcie|fot\.|fotó|kuva|fotografía|imagen|imagem|crédit|"
    r"crédits|"
    r"crédit photo|archivfoto|symbolbild|symbolfoto|foto di|foto de|фото|写真|撮影|사진|사진제공|사진 제공|図|源)"
)
_BRACKETED: Final = re.compile(
    r"^(?P<said>.*?)\s?(?:[(（](?P<round>[^()（）]{2,160})[)）]|\[(?P<square>[^\[\]]{2,160})\])\s?(?P<stop>\.?)$",
    re.DOTALL,
)
_PICTURE: Final = re.compile(
    rf"(?i)(?:^|\b)(?:{CREDIT_LABEL})\b|©|ⓒ|\bcourtesy\b|\bvia\b|getty|reuters|shutterstock|"
    r"associated press|\bA(?:F)?P\b|제공|자료사진"
)
_OF_PICTURES: Final = re.compile(r"(?i)photo|foto|images|사진")
"""``AP Photo``, ``Getty Images``: agencies that sign no text."""
_PICTURE_KOREAN: Final = re.compile(r"(?:제공|자료사진|사진|캡처|갈무리|출처)(?:[.\s].{0,40})?$|^사진")
"""``[시청 제공]``, ``[통신 자료사진]``, ``[… 제공. 재판매 및 DB 금지]``: square brackets are Korean for a credit."""
_SOURCE: Final = re.compile(r"(?i)^(?:quelle|source|fuente|fonte|källa|kilde|bron|출처)\s?[:：]\s?")
_SLASHED: Final = re.compile(r"^(?P<first>[A-ZÀ-Þ가-힣][^/]{0,80}?)\s?/\s?(?P<rest>[A-ZÀ-Þ가-힣].*)$")
_BARE_PARTS: Final = re.compile(r"\s?[/|•]\s?|\svia\s|,\s")
_COPYRIGHT: Final = re.compile(r"(?i)^(?:copyright|©)\s(?:\d{4}\s)?|\.?\sAll rights reserved\.?$")
_SCREENS: Final = frozenset({"screenshot", "screenshots", "archive", "archiv", "file", "handout"})
_CREDIT_START: Final = re.compile(r"(?<=[.!?”\"»)])\s?(?=\S)|\s(?:[–—/|]\s)?(?=[^\W\d_a-z])")
_ENDS: Final = (".", "!", "?", "”", '"', "»", ")")
_PARTY: Final = re.compile(r"^[A-Z]{1,3}[-–]|^[IVX]+$|^[A-Z]{1,5}\.[A-Z]{1,2}$")
"""``R-Texas``, ``III`` and ``FRY.O`` stand behind names and credit nobody."""
_JOINING: Final = PARTICLES | {"and", "und", "et", "of", "for", "the", "&"}
_NOT_CREDITED: Final = (
    "part chapter video videos photo photos pictures picture audio gallery podcast live update updated continued "
    "exclusive opinion review analysis laughter laughs applause music crosstalk soundbite inaudible cheers "
    "silence left right center centre top bottom above below pictured front back background sic optional free see "
    "read what how why it is are was were does did has have not no yes he she they we you i his her their our "
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august "
    "september october november december today yesterday tomorrow spoiler spoilers english german french spanish "
    "korean translated translation page pages table figure appendix editor's note pdf html url beta draft new "
    "closed open deceased retired independent"
)
_NO_CREDIT: Final = frozenset(_NOT_CREDITED.split())
"""Words of remarks in brackets."""


@dataclass(frozen=True, kw_only=True)
class Bracketed:
    """``said`` is the line before its closing bracket, ``credit`` what the bracket holds."""

    said: str
    credit: str
    square: bool
    stopped: bool


def bracketed(line: str) -> Bracketed | None:
    """The line in two, when it ends in a bracket. The caller bounds its length."""
    match = _BRACKETED.match(line)
    if match is None or not match["said"].strip():
        return None
    credit = match["round"] or match["square"]
    return Bracketed(
        said=match["said"].strip(), credit=credit.strip(), square=match["round"] is None, stopped=bool(match["stop"])
    )


def kind_of(found: Bracketed) -> Kind | None:
    """What the bracket can be by its own shape and the words before it; None for a part of the sentence."""
    credit = found.credit
    if found.square:
        return "picture" if _PICTURE_KOREAN.search(credit) or picture_credit(credit) else None
    if abbreviates(credit, found.said):
        return None
    if is_agency(credit) and not _OF_PICTURES.search(credit):
        return "agency"
    if picture_credit(credit):
        return "picture"
    return "name" if not found.stopped and is_credit_name(credit) else None


def is_credit_name(value: str) -> bool:
    """One to six capitalised words: ``Norwire``, ``The Korea Herald``, ``Bo Dahl``; no party, numeral or remark."""
    words = value.split()
    if not 1 <= len(words) <= CREDIT_WORDS_MAX or any(char in ',;:!?"“”()[]/=@' or char.isdigit() for char in value):
        return False
    if _PARTY.match(value) or len(value) < 2 or value.endswith("."):
        return False
    plain = [word for word in words if word.casefold() not in _JOINING]
    if len(words) == 1 and value.endswith("ly") and value.isascii():
        return False  # "(Probably)"
    if not plain or words[0][0].islower() or any(word.casefold().strip(".'’") in _NO_CREDIT for word in words):
        return False
    return all(word[0].isalpha() and not word[0].islower() for word in plain)


def abbreviates(bracket: str, said: str) -> bool:
    """``Bank of Korea (BOK)``, ``Norway (NOR)`` and, the other way round, ``the BOK (Bank of Korea)``."""
    words = [word for word in re.split(r"[\s\-–/]+", said[-200:].rstrip(" .,”\"'")) if word]
    if not words:
        return False
    if len(bracket) <= ABBREVIATION_CHARS_MAX and bracket.isalnum() and sum(map(str.isupper, bracket)) >= 2:
        letters = "".join(filter(str.isupper, bracket)).casefold()
        return _initials_end(letters, words) or _within(letters, words[-1].casefold())
    last = words[-1].strip("“”\"'.,")
    expanded = bracket.split()
    if 2 <= len(last) <= ABBREVIATION_CHARS_MAX and last.isupper() and len(expanded) > 1:
        return _initials_end(last.casefold(), expanded)
    return False


def _initials_end(letters: str, words: list[str]) -> bool:
    """Whether the letters are initials of the words, in order, some words skipped, the last one not."""
    initials = [word[0].casefold() for word in words[-(len(letters) * 2 + 2) :] if word[0].isalpha()]
    if not initials or initials[-1] != letters[-1]:
        return False
    return _within(letters[:-1], "".join(initials[:-1]))


def _within(letters: str, text: str) -> bool:
    """Whether the letters occur in the text in this order."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


def picture_credit(credit: str) -> bool:
    """Whether the words say that there is a picture: ``Photo: …``, ``Bo Dahl/The Islander``, ``Bo Dahl, AP``."""
    if (
        not credit
        or len(credit.split()) > PICTURE_WORDS_MAX
        or not (credit[0].isupper() or credit[0] in "©ⓒ/" or not credit[0].isascii())
    ):
        return False
    if _PICTURE.search(credit):
        return True
    return names_picture(credit)


def bare_credit(value: str) -> bool:
    """A credit that no bracket or label shows: ``AP``, ``Bo Dahl / Reuters``, ``Keystone/The Ferry Line via AP``.

    One part at least is an agency that is known to sell pictures.
    """
    if not 2 <= len(value) <= BARE_CHARS_MAX or value[0] in "([" or value.endswith((":", "?", "!")):
        return False
    parts = [_COPYRIGHT.sub("", part).strip(" .") for part in _BARE_PARTS.split(value)]
    if not all(parts) or len(parts) > BARE_PARTS_MAX:
        return False
    known = [is_agency(part) for part in parts]
    return any(known) and all(
        agency or is_credit_name(part) or part.casefold() in _SCREENS for part, agency in zip(parts, known, strict=True)
    )


def trailing_credit(line: str) -> str | None:
    """The bare credit at the end of a caption: ``… on Monday. Bo Dahl/Reuters``, ``… on Monday.EFE``.

    One agency alone is one only behind a sentence: ``… she told Reuters`` is text.
    """
    start = max(CAPTION_CHARS_MIN, len(line) - BARE_CHARS_MAX)
    for match in _CREDIT_START.finditer(line, start):
        credit, said = line[match.end() :], line[: match.end()].rstrip(" –—/|")
        parted = bool(re.search(r"[/|]|\svia\s", credit)) or bool(_OF_PICTURES.search(credit))
        if len(said.split()) >= SAID_WORDS_MIN and (parted or said.endswith(_ENDS)) and bare_credit(credit):
            return credit
    return None


def names_picture(credit: str) -> bool:
    """Photographer and outlet, without a word that says so: ``Bo Dahl/The Islander``, ``Bo Dahl, AP``."""
    credit = _SOURCE.sub("", credit)
    if (match := _SLASHED.match(credit)) and (" " in credit or is_agency(match["rest"])):
        first, *rest = (part.strip() for part in credit.split("/"))
        if not any(" " in part or is_agency(part) for part in (first, *rest)):
            return False  # "(CDU / CSU)" is two parties, "(Bibliothek / Bücherei)" two words for one thing
        return all(is_credit_name(part.split(", ")[0]) for part in (first, *rest))
    name, _, outlet = credit.partition(", ")
    return bool(outlet) and is_agency(outlet) and is_person(name)

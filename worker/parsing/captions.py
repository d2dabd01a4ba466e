"""Caption and credit lines of pictures, told apart from the paragraphs they stand between.

A caption is known by its credit: an agency or photographer in brackets at the end, ``Photo: …``, ``© …``,
``EPA/NAME``. Patterns are anchored at one end of a line of at most ``LINE_CHARS_MAX`` characters.
"""

from __future__ import annotations

import re
from typing import Final

from worker.parsing.agencies import is_agency
from worker.parsing.text import lines_of

LINE_CHARS_MAX: Final = 900
CREDIT_CHARS_MAX: Final = 160

_WORD: Final = (
    r"(?:photos?|photograph(?:s|y)?|photo credit|image(?: credit)?|picture|pictures|credit|credits|foto|fotos|"
    r"fotograf(?:ie)?|"
    r"bild|bilder|bildquelle|illustration|grafik|graphic|zdjęcie|fot\.|fotó|kuva|fotografía|imagen|imagem|crédit|"
    r"crédits|"
    r"crédit photo|archivfoto|symbolbild|symbolfoto|foto di|foto de|фото|写真|撮影|사진|사진제공|사진 제공|図|源)"
)
_BRACKETED: Final = re.compile(r"^(?P<said>.*?)\s?[(\[（](?P<credit>[^()\[\]（）]{2,160})[)\]）]\s?\.?$", re.DOTALL)
_PHOTO_CREDIT: Final = re.compile(
    rf"(?i)(?:^|\b)(?:{_WORD})\b|©|ⓒ|\bcourtesy\b|\bvia\b|getty|reuters|shutterstock|associated press|\bA(?:F)?P\b|제공"
)
_SLASHED: Final = re.compile(r"[A-ZÀ-Þ][\w.]*\s?/\s?[A-ZÀ-Þ가-힣]")
"""``Bo Dahl / Associated Press``, ``EPA/BO DAHL``."""
_LABELLED_END: Final = re.compile(
    rf"(?i)^(?P<said>.*?[\s.,|)»”\"–—-])(?P<credit>(?:{_WORD})\s?(?:by\s|von\s)?[:：=/]\s?\S[^.!?]{{1,120}}|"
    r"(?:©|ⓒ|\(c\)|copyright)\s?\S[^.!?]{1,100}|(?:epa(?:-efe)?|afp|ap|reuters|dpa)/[^\s\d][^.!?]{1,80})$",
    re.DOTALL,
)
_CREDIT_ALONE: Final = re.compile(
    rf"(?i)^[-–—\s(\[*|]{{0,4}}(?:(?:{_WORD})\s?(?:[:：=/]|by\s|von\s)\s?\S.*|(?:©|ⓒ|\(c\)|copyright)\s?\S.*|"
    r".{0,80}(?:/|\s[|–-]\s|\bvia\s)(?:getty images|afp|reuters|ap|dpa|epa|shutterstock|imago|istock|unsplash|"
    r"bloomberg|associated press|picture alliance|corbis|wireimage|filmmagic).{0,60}|getty images|"
    r".{2,60}\shide caption)$"
)
_NOT_CREDIT: Final = re.compile(
    r"(?i)rights reserved|alle rechte|cookies?|privacy|(?:©|copyright|\(c\))\s?(?:copyright\s)?(?:19|20)\d\d|"
    r"(?:©|copyright|\(c\)).{0,80}\b(?:verlag|gmbh|ltd|inc|llc|b\.v|m\.b\.h|corp|syndicate|media group|(?:19|"
    r"20)\d\d)\b"
)
"""A site's own copyright line is no credit."""
_SENTENCE_END: Final = (".", "!", "?", "。", "”", '"', "»", "다.")


def caption_of(line: str) -> str | None:
    """The line itself when its credit shows it to be a caption, else None. The credit stays in.

    A line that ends in an agency in brackets is a caption only when it is no full sentence: the last paragraph of an
    agency's article is signed the same way. With a photo credit it may be one.
    """
    if not 4 <= len(line) <= LINE_CHARS_MAX:
        return None
    if match := _BRACKETED.match(line):
        said, credit = match["said"].strip(), match["credit"]
        if said and _is_photo_credit(credit):
            return line
        if said and is_agency(credit) and not said.endswith(_SENTENCE_END) and len(said) <= 400:
            return line
    if (match := _LABELLED_END.match(line)) and len(match["said"]) >= 8 and not _NOT_CREDIT.search(line):
        return line
    return None


def is_credit(line: str) -> bool:
    """A line that holds nothing but a picture's credit."""
    return len(line) <= CREDIT_CHARS_MAX and bool(_CREDIT_ALONE.match(line)) and not _NOT_CREDIT.search(line)


def caption_lines(value: str) -> str | None:
    """A figure's caption as one string: its lines joined, empty when it is nothing but a label."""
    lines = lines_of(value)
    joined = " ".join(dict.fromkeys(lines))
    return joined if len(joined) > 3 else None


def _is_photo_credit(credit: str) -> bool:
    if len(credit.split()) > 14:
        return False
    if is_agency(credit):
        return False  # plain "(Reuters)" also signs articles: the caller decides
    named = _PHOTO_CREDIT.search(credit) or (" " in credit and _SLASHED.search(credit))
    return bool(named) and (credit[0].isupper() or credit[0] in "©ⓒ/" or not credit[0].isascii())

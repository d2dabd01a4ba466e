"""Caption and credit lines of pictures, told apart from the paragraphs they stand between.

A caption is known by its credit: an agency or photographer in brackets at the end, ``Photo: …``, ``© …``,
``EPA/NAME``. Patterns are anchored at one end of a line of at most ``LINE_CHARS_MAX`` characters.
"""

from __future__ import annotations

import re
from typing import Final

from worker.parsing.bylines import announced_names
from worker.parsing.credits import CREDIT_LABEL, Bracketed, bracketed, kind_of, names_picture, trailing_credit
from worker.parsing.text import lines_of

LINE_CHARS_MAX: Final = 900
CREDIT_CHARS_MAX: Final = 160
SAID_CHARS_MAX: Final = 400

_LABELLED_END: Final = re.compile(
    rf"(?i)^(?P<said>.*?[\s.,|)»”\"–—-])(?P<credit>(?:{CREDIT_LABEL})\s?(?:by\s|von\s)?[:：=/]\s?\S[^.!?]{{1,120}}|"
    r"(?:©|ⓒ|\(c\)|copyright)\s?\S[^.!?]{1,100}|(?:epa(?:-efe)?|afp|ap|reuters|dpa)/[^\s\d][^.!?]{1,80})$",
    re.DOTALL,
)
_CREDIT_ALONE: Final = re.compile(
    rf"(?i)^[-–—\s(\[*|]{{0,4}}(?:(?:{CREDIT_LABEL})\s?(?:[:：=/]|by\s|von\s)\s?\S.*|(?:©|ⓒ|\(c\)|copyright)\s?\S.*|"
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
_VERB: Final = re.compile(
    r"(?i)\b(?:is|are|was|were|will|would|has|have|had|said|says|did|does|can|could|should|may|must|ist|sind|war|"
    r"waren|wird|werden|hat|haben|sagte|est|sont|était|sera|a déclaré|es|son|fue|ha)\b"
)
_CLAUSE: Final = re.compile(r"(?i),?\s(?:which|who|whom|whose|that|where|when|as|after|before|while)\s")
"""A caption's verb stands in the clause after these: ``The wells, which will replace the plant (Norwire)``."""
_POSED: Final = re.compile(
    r"(?i)\((?:left|right|links|rechts|cent(?:er|re)|mitte|l|r|c|izquierda|derecha|gauche|droite|à gauche|à droite|"
    r"a la izquierda|a la derecha|sinistra|destra|(?:von|v\.) ?l[^)]{2,20}|li\.? nach re\.?)\.?\)|"
    r"\b(?:from left|from right|from l to r|left to right|von links nach rechts|v\.\s?l\.\s?n\.\s?r|"
    r"de izquierda a derecha|de gauche à droite|da sinistra)\b|^(?:pictured|file (?:photo|image)|foto de archivo)\b"
)
_CAPTION_LABEL: Final = re.compile(
    r"(?i)^(?:legende|bildlegende|bildunterschrift|image caption|caption|légende|pie de foto|didascalia)\s?:?$"
)
_SENTENCE_END: Final = (".", "!", "?", "。", "”", '"', "»", "다.")


def caption_of(line: str) -> str | None:
    """The line itself when its credit alone shows it to be a caption, else None. The credit stays in.

    A line that ends in an agency in brackets is one only when it is no full sentence: the last paragraph of an
    agency's article is signed the same way. With a photo credit it may be one. What needs to know where the line
    stands is decided in ``picturelines``.
    """
    if not 4 <= len(line) <= LINE_CHARS_MAX:
        return None
    if found := bracketed(line):
        kind = kind_of(found)
        if kind == "picture" or (kind == "agency" and not is_sentence(found) and len(found.said) <= SAID_CHARS_MAX):
            return line
    if (match := _LABELLED_END.match(line)) and len(match["said"]) >= 8 and not _NOT_CREDIT.search(line):
        return line
    credited = len(line) <= SAID_CHARS_MAX and trailing_credit(line) and announced_names(line) is None
    return line if credited else None


def is_posed(line: str) -> bool:
    """Words that say where somebody stands in a picture: ``(left)``, ``from left``, ``v.l.n.r.``."""
    return len(line) <= SAID_CHARS_MAX and bool(_POSED.search(line))


def is_caption_label(line: str) -> bool:
    """``Caption:`` alone on a line: the next one is a caption."""
    return len(line) <= 30 and bool(_CAPTION_LABEL.match(line))


def is_sentence(found: Bracketed) -> bool:
    """Whether the sentence ends before the bracket."""
    return found.said.endswith(_SENTENCE_END)


def is_signed_sentence(line: str) -> bool:
    """``… she said. (Norwire)``: a paragraph of text with whoever signs it, or a caption, but no headline."""
    found = bracketed(line) if len(line) <= LINE_CHARS_MAX else None
    return found is not None and is_sentence(found) and kind_of(found) in ("agency", "name")


def is_phrase(found: Bracketed) -> bool:
    """Words of a caption without a sentence: no full stop, no colon, no verb of a main clause."""
    main = _CLAUSE.split(found.said, maxsplit=1)[0]
    return (
        not is_sentence(found)
        and len(found.said.split()) >= 2
        and len(found.said) <= SAID_CHARS_MAX
        and found.said[0].isalpha()
        and not found.said[0].islower()
        and found.said[-1].isalnum()
        and not _VERB.search(main)
    )


def is_credit(line: str) -> bool:
    """A line that holds nothing but a picture's credit."""
    if len(line) > CREDIT_CHARS_MAX or _NOT_CREDIT.search(line):
        return False
    return bool(_CREDIT_ALONE.match(line)) or (
        line[:1] == "(" and line[-1:] == ")" and names_picture(line[1:-1].strip())
    )


def caption_lines(value: str) -> str | None:
    """A figure's caption as one string: its lines joined, empty when it is nothing but a label."""
    lines = lines_of(value)
    joined = " ".join(dict.fromkeys(lines))
    return joined if len(joined) > 3 else None

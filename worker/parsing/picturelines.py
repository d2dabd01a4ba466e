"""Which lines of a text are captions, where only their place tells: between paragraphs, not at the end.

``Cheong Hall on Monday. (Norwire)`` is a caption between two paragraphs and the signature of the last one. A noun
phrase with an unknown name in brackets is a caption beside prose, and an entry of a list elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.parsing.agencies import is_agency
from worker.parsing.bylines import printed_byline
from worker.parsing.captions import (
    LINE_CHARS_MAX,
    caption_of,
    is_caption_label,
    is_credit,
    is_phrase,
    is_posed,
    is_sentence,
)
from worker.parsing.copylines import is_noise, is_note, sign_off
from worker.parsing.credits import Bracketed, Kind, bare_credit, bracketed, kind_of
from worker.parsing.headlines import states_time
from worker.parsing.shape import Shape, is_prose

SIGNED_WORDS_MAX: Final = 60
"""A caption is one or two sentences; longer ones between paragraphs close an item of a round-up."""
LISTED_RUN_MIN: Final = 3
"""So many lines in a row with an unknown name in brackets and none with a known credit are a list."""
CAPTION_BEFORE_CREDIT_CHARS_MAX: Final = 250
CAPTION_WORDS_MIN: Final = 3
BELOW_PROSE_LINES: Final = 4
MENTIONS_CHARS_MAX: Final = 200_000
UNSURE_MAX: Final = 200
_BARE: Final = re.compile(r"^\((?:[^():：=]*|사진\s?=.*)\)$")
"""``(Bo Dahl/The Islander)``, ``(사진=통신)``: of a picture that left no caption in the text; body stands above it."""
_IN_BRACKETS: Final = re.compile(r"[(\[][^()\[\]]{0,160}[)\]]")


@dataclass(kw_only=True)
class PictureLines:
    """``captions`` by line; ``taken`` are lines that belong to a caption on another line."""

    captions: dict[int, str] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    signature: tuple[int, str, str] | None = None
    """Line, its text without the signature, who signs: the end of an agency's article."""


@dataclass(frozen=True, kw_only=True)
class _Unsure:
    found: Bracketed
    kind: Kind
    sentence: bool


@dataclass(frozen=True, kw_only=True)
class _Place:
    """The text around a line; ``out`` are lines that are no body."""

    lines: Sequence[str]
    shape: Shape
    out: Collection[int]


def picture_lines(
    lines: Sequence[str],
    shape: Shape,
    scope: range,
    taken: Collection[int],
    *,
    trusted: Collection[str] = (),
    headline: int | None = None,
) -> PictureLines:
    """Captions within ``scope`` that no other rule has ``taken``.

    ``trusted`` are names that sign elsewhere in the text (its dateline): known agencies of this text. ``headline`` is
    known in a whole page, where more lines can only be captions.
    """
    read = PictureLines()
    below = range(scope.stop) if headline is None else range(headline + 2, min(scope.stop, shape.end))
    unsure: dict[int, _Unsure] = {}
    for index in scope:
        if index in taken:
            continue
        if headline is not None and index in below and bare_credit(lines[index]):
            _credit_below(read, lines, index, taken)
        elif caption := caption_of(lines[index]):
            read.captions[index] = caption
        elif is_credit(lines[index]):
            _credit_alone(read, lines, index, scope, {*taken, headline})
            if headline is not None and read.captions.get(index) == lines[index]:
                read.taken.add(index)
                del read.captions[index]  # a credit without a caption, as pages print many
        elif headline is not None and index in below and _is_told(lines, index):
            read.captions[index] = lines[index]
        elif len(unsure) < UNSURE_MAX and (found := _unsure(lines[index])):
            unsure[index] = found
    if unsure:
        out = {*taken, *read.captions, *read.taken}
        _decide(read, unsure, _Place(lines=lines, shape=shape, out=out), trusted)
    return read


def _is_told(lines: Sequence[str], index: int) -> bool:
    """In a page: a line below ``Caption:``, or one that says where somebody stands in the picture."""
    return is_caption_label(lines[index - 1]) or is_posed(lines[index])


def _unsure(line: str) -> _Unsure | None:
    found = bracketed(line) if 4 <= len(line) <= LINE_CHARS_MAX else None
    kind = kind_of(found) if found else None
    if found is None or kind not in ("agency", "name"):
        return None
    sentence = is_sentence(found)
    return _Unsure(found=found, kind=kind, sentence=sentence) if sentence or is_phrase(found) else None


def _credit_below(read: PictureLines, lines: Sequence[str], index: int, taken: Collection[int]) -> None:
    """``Bo Dahl / Reuters`` below a caption; below anything else it may be a byline and is left alone."""
    before = index - 1
    if before in taken or before in read.captions or states_time(lines[before]) or not _may_be_caption(lines[before]):
        return
    if len(lines[before].split()) >= CAPTION_WORDS_MIN:
        read.captions[before] = f"{lines[before]} {lines[index]}"
        read.taken.add(index)


def _credit_alone(
    read: PictureLines, lines: Sequence[str], index: int, scope: range, taken: Collection[int | None]
) -> None:
    """A credit on a line of its own makes the short line above it a caption."""
    previous = index - 1
    before = lines[previous] if previous in scope and previous not in taken else ""
    bare = bool(_BARE.match(lines[index])) and is_prose(before)
    if before and previous > 0 and previous not in read.captions and _may_be_caption(before) and not bare:
        read.captions[previous] = f"{before} {lines[index]}"
        read.taken.add(index)
    else:
        read.captions[index] = lines[index]


def _may_be_caption(line: str) -> bool:
    longest = LINE_CHARS_MAX if is_posed(line) else CAPTION_BEFORE_CREDIT_CHARS_MAX
    return 12 <= len(line) <= longest and printed_byline(line) is None and not is_noise(line)


def _decide(read: PictureLines, unsure: dict[int, _Unsure], place: _Place, trusted: Collection[str]) -> None:
    lines, shape = place.lines, place.shape
    read_to = min(shape.end + BELOW_PROSE_LINES, len(lines))  # "… she said. (Norwire)" is no prose by its end
    said = {
        index: unsure[index].found.said if index in unsure else lines[index] for index in range(shape.start, read_to)
    }
    body = [index for index, words in said.items() if index not in place.out and _is_body(words)]
    plain = [index for index in body if index not in unsure or not unsure[index].sentence]
    known = {name.casefold() for name in trusted}
    told = _IN_BRACKETS.sub(" ", "\n".join(lines[index] for index in plain)[:MENTIONS_CHARS_MAX])
    sure = {
        index for index, item in unsure.items() if _is_known(item.found.credit, known) or item.found.credit not in told
    }
    signed = [index for index in sorted(sure) if unsure[index].sentence]
    last = max(body, default=-1)
    if last in signed:
        item = unsure[last].found
        one_word = len(item.credit.split()) == 1 and not shape.whole_page
        if one_word or _is_known(item.credit, known):
            read.signature = (last, item.said, item.credit)
        signed.remove(last)
    if len(signed) < len(plain) and not (shape.whole_page and any(unsure[index].kind == "name" for index in signed)):
        read.captions.update((index, lines[index]) for index in signed if index < last and _is_brief(lines[index]))
    if not shape.whole_page:
        phrases = {index for index in sure if not unsure[index].sentence}
        for run in _runs(sorted({*phrases, *read.captions})):
            if _beside_prose(run, place, plain) and not _is_list(run, phrases):
                read.captions.update((index, lines[index]) for index in run if index in phrases)


def _is_known(credit: str, known: Collection[str]) -> bool:
    return is_agency(credit) or credit.casefold() in known


def _is_body(line: str) -> bool:
    return is_prose(line) and sign_off(line) is None and not is_note(line)


def _is_brief(line: str) -> bool:
    return len(line.split()) <= SIGNED_WORDS_MAX and line[0] not in "“\"«„‘'"


def _runs(indexes: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for index in indexes:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _is_list(run: Sequence[int], phrases: Collection[int]) -> bool:
    return len(run) >= LISTED_RUN_MIN and all(index in phrases for index in run)


def _beside_prose(run: Sequence[int], place: _Place, plain: Sequence[int]) -> bool:
    """Within the prose or just below it; above it only under a line that can be the headline."""
    before, after = run[0] - 1, run[-1] + 1
    if before >= 0 and place.lines[before].endswith(":"):
        return False
    if run[0] < place.shape.start:
        return after in plain and any(index not in place.out for index in range(run[0]))
    below = before in plain or before in place.out
    return (below and run[0] < place.shape.end + BELOW_PROSE_LINES) or after in plain

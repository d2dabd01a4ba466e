"""The language of an article as a two-letter code (ISO 639-1), stated or told from its text."""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = re.compile(r"^([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8}){0,4}$")
_HANGUL: Final = re.compile("[가-힣]")
_KANA: Final = re.compile("[ぁ-ゖァ-ヺ]")
_HAN: Final = re.compile("[一-鿿]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_ALIASES: Final = {
    "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "eng": "en", "deu": "de", "ger": "de", "fra": "fr",
    "fre": "fr", "spa": "es", "ita": "it", "por": "pt", "kor": "ko", "jpn": "ja", "zho": "zh", "chi": "zh", "rus": "ru",
}  # fmt: skip
_READ_CHARS: Final = 3_000
_TOLD_CHARS_MIN: Final = 60
"""Below, telling is guessing: measured on headlines, one in five comes out wrong."""


def stated_language(tag: str | None) -> str | None:
    """``en-US`` and ``en_US`` as ``en``; None for what is no language tag."""
    match = _TAG.match((tag or "").strip()[:35])
    if match is None:
        return None
    language = match[1].lower()
    language = _ALIASES.get(language, language)
    return language if len(language) == 2 and language not in ("xx", "un") else None


def day_comes_first(tag: str | None) -> bool | None:
    """Whether 03/04/2020 is the third of April, by a language tag; None for English of no country: both are common."""
    words = (tag or "").strip().lower().replace("_", "-")[:35].split("-")
    if words[0] == "en":
        return None if len(words) == 1 else words[-1] not in ("us", "ph")
    return True if stated_language(words[0]) else None


def told_language(text: str) -> str | None:
    """From the letters where the script alone decides, else by py3langid; None when there is too little text."""
    sample = text[:_READ_CHARS]
    letters = len(_LETTER.findall(sample))
    if letters >= 8:
        if len(_HANGUL.findall(sample)) * 4 > letters:
            return "ko"
        if len(_KANA.findall(sample)) * 10 > letters:
            return "ja"
        if len(_HAN.findall(sample)) * 2 > letters:
            return "zh"
    if letters < _TOLD_CHARS_MIN:
        return None
    import py3langid  # noqa: PLC0415 - its model takes a second to load and most pages state their language

    language: str = py3langid.classify(sample)[0]
    return _ALIASES.get(language, language)


def contradicts_script(language: str, text: str) -> bool:
    """Whether the text is written in a script that the stated language is not written in (``en`` over Hangul)."""
    told = told_language(text) if _HANGUL.search(text[:500]) or _KANA.search(text[:500]) else None
    return told in ("ko", "ja") and told != language

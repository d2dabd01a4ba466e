"""When two strings say the same: the normal form in which titles and texts are compared, and its digest."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final

EVIDENCE_BYTES_MIN: Final = 100
"""A text of fewer bytes (UTF-8, normalised; about 17 English words, 33 Korean letters) is a phrase that two unrelated
articles may share ("Photo of the day"): alone it is no evidence that they are one."""

_TYPOGRAPHY: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ`´′‹›", "'"),
        **dict.fromkeys("“”„‟«»″〝〞", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)


def normalise(text: str) -> str:
    """The text without what editing systems change by themselves: letter case, width, ligatures, typographic quotes
    and dashes, soft hyphens and other invisible characters, the kind and amount of white space.

    Built on Unicode's NFKC_Casefold (UAX 31, R5). Idempotent.
    """
    # Quotes come first: NFKC would split "´" and "″" into a space and a combining mark, or into two primes.
    text = text.translate(_TYPOGRAPHY)
    if not text.isascii():
        text = text.translate({ord(each): None for each in set(text) if unicodedata.category(each) == "Cf"})
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", text).casefold()).casefold()
        text = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY)
    return " ".join(text.casefold().split())


def content_hash(normalised: str) -> bytes | None:
    """32 bytes over a normalised text, None over an empty one.

    SHA-256 in full: with a shorter digest a hostile source could make a text that collides with its own other one.
    """
    return hashlib.sha256(normalised.encode()).digest() if normalised else None

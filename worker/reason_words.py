"""Reason codes in words, for people; machines get the codes (docs/records.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from worker.dedup.verdict import VerdictReason
from worker.storage.arrival import Reason

_WORDS: Final[Mapping[str, str]] = {
    # Why something is in quarantine: what is to be said of a raw article, or of several.
    Reason.UNKNOWN_VERSION: "of a release that is not known here",
    Reason.MALFORMED: "damaged in the inbox",
    Reason.PARSE_FAILED: "could not be parsed",
    Reason.PARSE_TIMEOUT: "took too long to parse",
    Reason.OUT_OF_MEMORY: "needed too much memory to parse",
    Reason.KILLED_WORKER: "ended the process that worked on it",
    Reason.NO_CONTENT: "without a title or any text",
    Reason.STORE_FAILED: "could not be stored",
    # Why an article is what it is.
    VerdictReason.NOTHING_ALIKE: "nothing stored was alike",
    VerdictReason.SAME_ENTRY: "the same entry, unchanged",
    VerdictReason.OTHER_FIELDS: "the same entry with other fields or typography",
    VerdictReason.POORER_READING: "the same entry, with less of it than before",
    VerdictReason.CHANGED: "the same entry, changed",
    VerdictReason.SAME_TEXT: "the same text in another entry",
    VerdictReason.EARLIER_TEXT: "a text that the article had before",
    VerdictReason.OTHER_TITLE: "the same text under another headline",
    VerdictReason.NEAR_IDENTICAL: "nearly the same text, or one contains the other",
    VerdictReason.NEXT_OF_CHAIN: "the next version in its source's update chain",
}


def in_words(reason: str) -> str:
    """A few words that complete a sentence. A code of a later release, of which nothing is known here, stays."""
    return _WORDS.get(reason, reason)

"""The closed set of flags. Each is a doubt that the record admits to; docs/records.md says the same in prose."""

from __future__ import annotations

from typing import Final

ENCODING_GUESSED: Final = "encoding_guessed"
CONTROL_CHARS_REMOVED: Final = "control_chars_removed"
ZONE_UNKNOWN: Final = "zone_unknown"
DATE_INVALID: Final = "date_invalid"
PAYWALL: Final = "paywall"
CONSENT: Final = "consent"
NOT_AN_ARTICLE: Final = "not_an_article"
TRUNCATED: Final = "truncated"
PARTIAL: Final = "partial"
GUID_COLLISION: Final = "guid_collision"
NO_TEXT: Final = "no_text"
PAGE_UNAVAILABLE: Final = "page_unavailable"
DATES_DISAGREE: Final = "dates_disagree"

MEANING: Final[dict[str, str]] = {
    CONSENT: "the page is a consent or cookie wall in place of the article",
    CONTROL_CHARS_REMOVED: "control characters or lone surrogates were taken out",
    DATES_DISAGREE: "the article states two times of publication that lie more than a day apart",
    DATE_INVALID: "a stated date is none, lies before 1700, or more than two days after the article was seen",
    ENCODING_GUESSED: "the bytes do not fit the character set that was stated, or none was",
    GUID_COLLISION: "the feed carried two different entries under one guid",
    NO_TEXT: "no body was found",
    NOT_AN_ARTICLE: "a home page, section front, search result or error page",
    PAGE_UNAVAILABLE: "the article's page could not be had; the text is what the feed carries",
    PARTIAL: "the markup could not be read as a whole; text may be missing",
    PAYWALL: "the publisher shows only the beginning to those who do not pay",
    TRUNCATED: "the text ends before the article does",
    ZONE_UNKNOWN: "the time of publication is stated without a zone and the source has none set",
}
"""Every flag a record may carry; ``guid_collision``, ``page_unavailable``, ``truncated`` come with the raw article."""

HIDDEN: Final = frozenset({PAYWALL, CONSENT, NOT_AN_ARTICLE})
"""A record with one of these is stored and left out of default listings."""

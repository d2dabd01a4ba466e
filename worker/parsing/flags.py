"""The closed set of flags. Each is a doubt that the record admits to; docs/records.md says the same in prose."""

from __future__ import annotations

from typing import Final

BAD_LINK: Final = "bad_link"
TITLE_TRUNCATED: Final = "title_truncated"
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
PAGE_DEFERRED: Final = "page_deferred"
PAGE_FAILED: Final = "page_failed"
PAGE_GONE: Final = "page_gone"
PAGE_NOT_HTML: Final = "page_not_html"
PAGE_REFUSED: Final = "page_refused"
PAGE_ROBOTS: Final = "page_robots"
PAGE_WALL: Final = "page_wall"
DATES_DISAGREE: Final = "dates_disagree"
UNSTABLE_GUID: Final = "unstable_guid"
URL_ELSEWHERE: Final = "url_elsewhere"

MEANING: Final[dict[str, str]] = {
    BAD_LINK: "the feed gave a link that is no web address",
    CONSENT: "the page is a consent or cookie wall in place of the article",
    CONTROL_CHARS_REMOVED: "control characters or lone surrogates were taken out",
    DATES_DISAGREE: "the article states two times of publication that lie more than a day apart",
    DATE_INVALID: "a stated date is none, lies before 1700, or more than two days after the article was seen",
    ENCODING_GUESSED: "the bytes do not fit the character set that was stated, or none was",
    GUID_COLLISION: "the feed carried two different entries under one guid",
    NO_TEXT: "no body was found",
    NOT_AN_ARTICLE: "a home page, section front, search result or error page",
    PAGE_DEFERRED: "there was no time for the article's page yet; it is asked for again at the next polls",
    PAGE_FAILED: "its page could not be had: a time-out, an error of the server, too large",
    PAGE_GONE: "there is nothing at its page's address (404, 410)",
    PAGE_NOT_HTML: "what its link leads to is no web page",
    PAGE_REFUSED: "its page is not given to us (401, 402, 403, 451), or its address may not be asked",
    PAGE_ROBOTS: "its server's robots.txt does not allow its page, or cannot be had",
    PAGE_UNAVAILABLE: "the article's page could not be had, the text is the feed's; another `page_…` flag says why",
    PAGE_WALL: "its page is no article (a consent wall, a list, an error page), or shows less of it than the feed",
    PARTIAL: "the markup could not be read as a whole; text may be missing",
    PAYWALL: "the publisher shows only the beginning to those who do not pay",
    TITLE_TRUNCATED: "the title is longer than 1,000 characters and was cut",
    TRUNCATED: "the text ends before the article does",
    UNSTABLE_GUID: "the feed gives its entries another guid at every poll; they are known by their link instead",
    URL_ELSEWHERE: "another source's article stands at the same address with an unlike text; both are kept",
    ZONE_UNKNOWN: "the time of publication is stated without a zone and the source has none set",
}
"""Every flag a record may carry; those of guids, ``page_…`` and ``truncated`` come with the raw article."""

HIDDEN: Final = frozenset({PAYWALL, CONSENT, NOT_AN_ARTICLE})
"""A record with one of these is stored and left out of default listings."""

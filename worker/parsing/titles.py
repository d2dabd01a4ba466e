"""The headline, without the site's name that pages append or prepend to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from worker.parsing.text import TITLE_CHARS_MAX, comparable, short_line

KICKED_CHARS_MIN: Final = 15
SHARED_WORDS_MIN: Final = 3

_WORD: Final = re.compile(r"\w{3,}")
_SEPARATOR: Final = re.compile(r"\s+[|│\-–—:»«·•‹›/~]+\s+|\s?[|│]\s?|\s[»›]\s?|:\s")
_ENDS: Final = " |│·•–—-:_/\u200e"
_ARCHIVE: Final = re.compile(r"(?i)^(?:blog[\s-]?archive?s?|archive?s?(?: for)?)\s?[»:|–—-]\s?")
"""What blog software writes before every headline."""
_SITE_IN_CJK: Final = re.compile(
    r"[-_|｜:：–—]+(?P<site>[^-_|｜:：–—]{0,12}(?:网|網|新闻|新聞|ニュース|日誌|日记|뉴스|신문|日報|日报)[^-_|｜:：–—]{0,6})$"
)
"""East Asian titles join the site's name without spaces; it mostly says what it is: a site, a newspaper, a diary."""
_UPDATE_MARK: Final = re.compile(
    r"^(?:\((?:LEAD|URGENT|\d(?:st|nd|rd|th) LD|\d\w{1,2} LD-WRITETHRU|NEWS FOCUS|종합\d?보?|Yonhap Interview|"
    r"Yonhap Feature)\)"
    r"|UPDATE \d+-|REFILE-|RPT-|CORRECTED-|WRAPUP \d+-)\s?"
)


def cleaned_title(value: str | None, *, site: Iterable[str] = ()) -> str | None:
    """One line without a leading or trailing part that names the site.

    ``site`` holds what the site calls itself (its name, its domain without the suffix).
    """
    title = short_line(value, TITLE_CHARS_MAX)
    names = [name for name in (comparable(name) for name in site) if len(name) > 1]
    while title and (match := _SITE_IN_CJK.search(title)) and match.start():
        title = title[: match.start()].strip()
    while title:
        shorter = _without_site(title, names)
        if shorter is None:
            break
        title = shorter
    return (_ARCHIVE.sub("", title).strip() or title) if title else None


def chosen_headline(headings: Iterable[str], stated: Sequence[str], window: str | None = None) -> str | None:
    """The heading of the page that its machine-readable titles confirm: contained in one of them, or holding it.

    Longest first, because a kicker ("Politics") may be contained as well. ``window`` (the window's title) confirms
    where no stated title does, unless most of it is something else: the site's name stands there too.
    """
    confirmed = [text for text in headings if any(_same(text, title) for title in stated)]
    if not confirmed and window:
        enough = len(comparable(window)) / 2 if stated else 0
        confirmed = [text for text in headings if _same(text, window) and len(comparable(text)) >= enough]
    if not confirmed:
        return None
    heading = max(confirmed, key=len)
    ends = (title for title in stated if len(title) > KICKED_CHARS_MIN)
    return next(
        (title for title in ends if comparable(heading).endswith(comparable(title))), heading
    )  # a kicker inside the heading: "Energy crisis Prices rise again"


def shared_words(first: str, second: str) -> float:
    """The share of the shorter one's words that both hold: 0 to 1."""
    words, others = (set(_WORD.findall(text.casefold())) for text in (first, second))
    shorter = min(len(words), len(others))
    return len(words & others) / shorter if shorter >= SHARED_WORDS_MIN else 0.0


def without_update_mark(title: str) -> str:
    """``(2nd LD) Ministers meet`` and ``UPDATE 1-Ministers meet`` as ``Ministers meet``."""
    return _UPDATE_MARK.sub("", title)


def _without_site(title: str, names: list[str]) -> str | None:
    """One part shorter, or None when neither end names the site."""
    matches = list(_SEPARATOR.finditer(title))
    if not matches:
        return None
    head, tail = title[: matches[-1].start()], title[matches[-1].end() :]
    if head.strip(_ENDS) and (not tail.strip(_ENDS) or _names_site(tail, names)):
        return head.rstrip(_ENDS)
    head, tail = title[: matches[0].start()], title[matches[0].end() :]
    return tail.lstrip(_ENDS) if tail.strip(_ENDS) and _names_site(head, names) else None


def _names_site(part: str, names: list[str]) -> bool:
    key = comparable(part)
    return bool(key) and any(
        key == name or (len(name) > 3 and name in key and len(key) <= len(name) + 12) for name in names
    )


def _same(heading: str, title: str) -> bool:
    first, second = comparable(heading), comparable(title)
    if len(first) < 5:
        return False
    return first == second or first in second or (len(second) > 15 and second in first and len(second) * 2 > len(first))

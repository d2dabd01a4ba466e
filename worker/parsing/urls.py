"""Addresses that a record may hold: absolute, ``http`` or ``https``, without credentials, of bounded length."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from worker.parsing.article import StatedTime
from worker.parsing.text import URL_CHARS_MAX, scrub

_DAY_IN_PATH: Final = re.compile(
    r"/((?:19|20)\d\d)[/-]?(\d\d)[/-]?(\d\d)(?:[/_-]|$)|/((?:19|20)\d\d)/(\d\d?)/(\d\d?)/|"
    r"[/_-]((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[/_.-]|$)"
)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_WORD_DAY_IN_PATH: Final = re.compile(r"/((?:19|20)\d\d)/([a-z]{3})/(\d\d)(?:/|$)")


def web_url(value: str | None, *, base: str | None = None) -> str | None:
    """The absolute address, resolved against ``base``; None for other schemes, broken ones and longer than 2,048."""
    text = scrub((value or "").strip())
    if not text or len(text) > URL_CHARS_MAX or text.startswith("data:"):
        return None
    try:
        joined = urljoin(base or "", text)
        parts = urlsplit(joined)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        return None
    return joined if valid and not re.search(r"\s", joined) else None


def day_in_url(url: str | None) -> StatedTime | None:
    """The day that addresses like ``/2017/01/25/title`` carry, also ``/2017/1/25/title`` and ``/title-2017-01-25/``."""
    path = (url or "")[:URL_CHARS_MAX].lower()
    if match := _DAY_IN_PATH.search(path):
        year, month, day = (int(part) for part in match.groups() if part)
        return _day(year, month, day)
    if (match := _WORD_DAY_IN_PATH.search(path)) and match[2] in _MONTHS:
        return _day(int(match[1]), _MONTHS[match[2]], int(match[3]))
    return None


def site_words(url: str | None) -> tuple[str, ...]:
    """What a site may call itself, from its address: ``example.co.uk`` and ``example``."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return ()
    labels = [label for label in host.split(".") if label not in ("www", "m", "amp", "news", "en")]
    return (".".join(labels), *labels[:-1]) if len(labels) > 1 else ()


def _day(year: int, month: int, day: int) -> StatedTime | None:
    try:
        return StatedTime(local=datetime(year, month, day), offset_minutes=None, precision="day")  # noqa: DTZ001 - local
    except ValueError:
        return None

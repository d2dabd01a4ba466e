"""What of a link names the article: not the session it was read in, not who counts the click, not http or https. Pure.

Only what is known to name nothing is taken out. courlan's list (trafilatura's) is for crawling: it drops ``cid``,
``ref`` and ``uid`` too, which are many a site's article numbers.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

HOST_BYTES: Final = 2
PATH_BYTES: Final = 3

_TRACKING: Final = re.compile(
    r"(?:utm|at|mtm|pk|piwik|vero|oly|hsa|wt)_\w+|_hs(?:enc|mi)|mc_[ce]id|ns_(?:mchannel|source|campaign|linkname|fee)|"
    r"(?:fb|g|d|gb|tw|yc|msclk|li_fat_|igsh|wickedi)(?:clid|id|raid)|gclsrc|ysclid|yclid|srsltid|igshid|xtor|wtmc|"
    r"wt\.mc\w*|ncid|cmpid|smid|spm|__twitter_impression|amp;\w+",
    re.IGNORECASE,
)
_SESSION: Final = re.compile(
    r"phpsessid|jsessionid|aspsessionid\w*|sess(?:ion)?_?id|oscsid|zenid|cfid|cftoken|sessid", re.IGNORECASE
)
_SESSION_BY_VALUE: Final = re.compile(r"(?:sid|s|session|sess|ss|sk)=[0-9a-f]{16,64}", re.IGNORECASE)
_CAME_BY_FEED: Final = re.compile(
    r"(?:ref|src|source|from|via|partner|feature|ft|ftag|medium|campaign)=(?:rss|feed|atom|rss_?feed|feeds?_?rss)",
    re.IGNORECASE,
)
_SESSION_IN_PATH: Final = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/?#;]*", re.IGNORECASE)
_ASP_SESSION_IN_PATH: Final = re.compile(r"/\(S\([0-9a-z]{16,40}\)\)", re.IGNORECASE)  # ASP.NET, cookieless
_TRACKING_FRAGMENT: Final = re.compile(r"(?:xtor|utm_\w+|at_\w+)=|ref=rss$", re.IGNORECASE)


@lru_cache(maxsize=8_192)
def lasting_link(link: str) -> str:
    """The link without session ids and tracking; character for character as given where it has none."""
    rest, hash_sign, fragment = link.partition("#")
    if _TRACKING_FRAGMENT.match(fragment):
        hash_sign = fragment = ""
    path, question_mark, query = rest.partition("?")
    path = _ASP_SESSION_IN_PATH.sub("", _SESSION_IN_PATH.sub("", path))
    if query:
        kept = [part for part in query.split("&") if not _names_nothing(part)]
        query = "&".join(kept)
        question_mark = "?" if query else ""
    return f"{path}{question_mark}{query}{hash_sign}{fragment}"


@lru_cache(maxsize=8_192)
def link_digest(link: str | None) -> bytes:
    """5 bytes for the article's address, the last three of them for its path and what follows.

    Scheme, ``www.``, port, the last slash and the order of the parameters do not count: http and https, with and
    without ``www.``, are one place on every site that has both. Empty for no link.
    """
    if not link:
        return b""
    try:
        parts = urlsplit(lasting_link(link))
        host = (parts.hostname or "").removeprefix("www.").removesuffix(".")
    except ValueError:
        return _digest(link, HOST_BYTES) + _digest(link, PATH_BYTES)
    query = "&".join(sorted(parts.query.split("&")))
    return _digest(host, HOST_BYTES) + _digest(f"{parts.path.rstrip('/')}?{query}#{parts.fragment}", PATH_BYTES)


def same_path(one: bytes, other: bytes) -> bool:
    """Whether two digests are of the same path and parameters, on one host or two; never for no link or a bare host."""
    return bool(one) and one[HOST_BYTES:] == other[HOST_BYTES:] != _BARE


def _digest(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=size).digest()


_BARE: Final = _digest("?#", PATH_BYTES)


def _names_nothing(parameter: str) -> bool:
    name = parameter.partition("=")[0]
    return bool(
        _TRACKING.fullmatch(name)
        or _SESSION.fullmatch(name)
        or _SESSION_BY_VALUE.fullmatch(parameter)
        or _CAME_BY_FEED.fullmatch(parameter)
    )

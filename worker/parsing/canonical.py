"""One written policy of what an address names: the form in which it is compared, and which stated address is believed.

Pure. Built on RFC 3986 6.2 (letter case, percent-encoding, dot segments, default ports; yarl does those), and on what
is known to name nothing: who counts the click, the session a page was read in, where on the page one looked. Whatever
else may name an article stays (``ref``, ``id``, ``cid``, ``p``, double slashes): two articles taken for one are worse
than one taken for two. docs/decisions/0092 names where other libraries differ.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from tld import get_fld
from yarl import URL

from worker.parsing.urls import web_url

_TRACKING: Final = re.compile(
    r"(?:utm|at|mtm|pk|piwik|matomo|vero|oly|hsa|wt)_\w+|_hs(?:enc|mi)|mc_[ce]id|"
    r"ns_(?:mchannel|source|campaign|linkname|fee)|(?:fb|g|d|gb|tw|yc|msclk|li_fat_|igsh|wickedi)(?:clid|id|raid)|"
    r"gclsrc|ysclid|yclid|srsltid|igshid|xtor|wtmc|wt\.mc\w*|ncid|cmpid|smid|spm|_ga|_gl|__twitter_impression|"
    r"__tn__|amp;\w+",
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
_AMP_PARAMETER: Final = re.compile(r"amp(?:=(?:1|true)?)?|outputtype=amp|usqp=mq331.*|amp_js_v=.*|amp_gsa=.*", re.I)
_SESSION_IN_PATH: Final = re.compile(
    r";(?:jsessionid|sid|phpsessid)=[^/?#;]*|/\(S\([0-9a-z]{16,40}\)\)(?=/|$)", re.IGNORECASE
)
_ROUTE: Final = re.compile(r"!|/")
"""A fragment that begins so is a page's name in sites that load their pages themselves."""
_ENTITY: Final = re.compile(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)

_AMP_CACHE: Final = re.compile(r"(?:[a-z0-9-]+\.cdn\.ampproject\.org/[cv]|(?:www\.)?google\.[a-z.]+/amp)/(?:s/)?(?=\w)")
_AMP_IN_PATH: Final = re.compile(r"(?:/amp|\.amp)(?=/?$|\.html?$)|^/amp(?=/.)", re.IGNORECASE)
_OTHER_DOOR: Final = re.compile(r"^(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.)")
_INDEX: Final = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_HOME_PATH: Final = re.compile(r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?/?", re.IGNORECASE)


def canonical_form(address: str | None) -> str | None:
    """The address without what names nothing, in one spelling; None where it is none of the web (web_url).

    Idempotent, and the same for its parameters in any order. The scheme, ``www.`` and the last slash are kept: the
    address can be followed.
    """
    given = web_url(_ENTITY.sub("&", re.sub(r"[\t\r\n]", "", address or "")))
    try:
        url = URL(given or "")
        host = (url.raw_host or "").rstrip(".")
        port = url.explicit_port
    except ValueError:
        return None
    if not host:
        return None
    place = f"[{host}]" if ":" in host else host
    door = "" if port in (None, _PORTS.get(url.scheme)) else f":{port}"
    path = _SESSION_IN_PATH.sub("", url.raw_path) or "/"
    kept = sorted(part for part in url.raw_query_string.split("&") if part and not _names_nothing(part, host))
    query = f"?{'&'.join(kept)}" if kept else ""
    route = f"#{url.raw_fragment}" if _ROUTE.match(url.raw_fragment) else ""
    return f"{url.scheme}://{place}{door}{path}{query}{route}"


_PORTS: Final = {"http": 80, "https": 443}


def address_key(address: str | None) -> str | None:
    """What two addresses of one article have in common: host and what follows it, without scheme and port, ``www.`` and
    ``m.``, AMP, index pages and the last slash. None for no address of the web. Not to be followed."""
    form = canonical_form(address)
    if form is None:
        return None
    rest = _AMP_CACHE.sub("", form.partition("://")[2], count=1)
    rest, hash_sign, fragment = rest.partition("#")
    place, _, query = rest.partition("?")
    host, _, path = place.partition("/")
    path = _INDEX.sub("", _AMP_IN_PATH.sub("", f"/{path}")).rstrip("/")
    kept = "&".join(part for part in query.split("&") if part and not _AMP_PARAMETER.fullmatch(part))
    return f"{_OTHER_DOOR.sub('', host.partition(':')[0])}{path}{'?' + kept if kept else ''}{hash_sign}{fragment}"


def believed_canonical(stated: str | None, address: str | None) -> str | None:
    """The address that a page calls its own, if it may: of the same registrable domain as the one it was had from, and
    no home page, which careless templates put on every page. Where the latter is unknown, any but a home page."""
    own = web_url(stated, base=address)
    if own is None or (is_home(own) and not (address and is_home(address))):
        return None
    return own if not address or registrable_domain(own) == registrable_domain(address) else None


def registrable_domain(address: str) -> str | None:
    """``bbc.co.uk`` of ``https://www.bbc.co.uk/news``; the host itself where it has none (an IP address)."""
    host = urlsplit(address).hostname
    return (get_fld(host, fix_protocol=True, fail_silently=True) or host) if host else None


def is_home(address: str) -> bool:
    """A site's front page, of one language perhaps."""
    parts = urlsplit(canonical_form(address) or address)
    return bool(_HOME_PATH.fullmatch(_INDEX.sub("", parts.path))) and not parts.query and not parts.fragment


def _names_nothing(parameter: str, host: str) -> bool:
    name, _, value = parameter.partition("=")
    return bool(
        (name == "ref" and value == host)
        or _TRACKING.fullmatch(name)
        or _SESSION.fullmatch(name)
        or _SESSION_BY_VALUE.fullmatch(parameter)
        or _CAME_BY_FEED.fullmatch(parameter)
    )

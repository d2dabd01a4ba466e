"""Feed lists: feeds.toml and OPML to ``FeedSource`` values."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from ingest.feedlist.opml import read_outlines
from ingest.feedlist.toml_lines import line_of
from ingest.web.guard import Guard, Refusal, without_user_info

OPML_BYTES_MAX: Final = 20_000_000
FEEDS_MAX: Final = 100_000

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110, 5.6.2: token
_OUR_HEADERS: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "if-modified-since",
        "if-none-match",
        "te",
        "transfer-encoding",
        "upgrade",
    }
)
_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")  # BCP 47 in shape
_FEED_SCHEME: Final = re.compile("feed:", re.IGNORECASE)
_WEB_SCHEME: Final = re.compile("https?://", re.IGNORECASE)
_EVERYWHERE: Final = Guard(allow_networks=("0.0.0.0/0", "::/0"), allow_ports=range(1, 65_536))


IdentityRule = Literal["auto", "guid", "link"]
"""What entries are known by: ``auto`` is the guid as given, else the link; the link too where guids mean nothing."""


FullText = Literal["auto", "always", "never"]
"""Whether an entry's page is fetched: ``auto`` where the entry carries a teaser only."""


class SourcesError(Exception):
    """A feed list cannot be used; the message is a sentence that names the file and, where there is one, the line."""


def web_address(url: str) -> str:
    """``feed://host/…`` and ``feed:https://host/…``, by which browsers hand feeds to feed readers, as the http or https
    address that is meant; every other address as it is."""
    match = _FEED_SCHEME.match(url)
    if match is None:
        return url
    rest = url[match.end() :]
    return rest if _WEB_SCHEME.match(rest) else f"http://{rest.removeprefix('//')}"


def _url(value: str) -> str:
    # Whether the address may be fetched is the guard's to say, at the time; here it only has to be one.
    url = without_user_info(web_address(value.strip()))
    target = _EVERYWHERE.target(url)
    if isinstance(target, Refusal):
        raise ValueError(target.sentence)
    return url


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("no such time zone; it is named like Europe/Helsinki")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError("no language tag; it looks like en or pt-BR")
    return value


def _headers(value: Mapping[str, str]) -> Mapping[str, str]:
    for name, content in value.items():
        if not _HEADER_NAME.fullmatch(name) or not content.isprintable():
            raise ValueError(f"{name!r} is not a header that can be sent")
        if name.lower() in _OUR_HEADERS:
            raise ValueError(f"the header {name} is Copydesk's own")
    return {name: _VARIABLE.sub(_from_environment, content) for name, content in value.items()}


def _from_environment(match: re.Match[str]) -> str:
    name = match[1] or match[2]
    value = os.environ.get(name, "")
    if not value or not value.isprintable():
        raise ValueError(f"the environment variable {name} is not set")
    return value


@dataclass(frozen=True, kw_only=True)
class FeedSource:
    """One feed as it was configured. ``headers`` are ready to be sent, and secret."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    url: Annotated[str, AfterValidator(_url)]
    name: str | None = None
    interval_minutes: Annotated[int, Field(strict=True, ge=1, le=10_080)] | None = None
    timezone: Annotated[str, AfterValidator(_timezone)] | None = None
    language: Annotated[str, AfterValidator(_language)] | None = None
    tags: tuple[str, ...] = ()
    full_text: FullText = "auto"
    headers: Annotated[Mapping[str, str], AfterValidator(_headers)] = field(default_factory=dict, repr=False)
    identity: IdentityRule = "auto"
    enabled: Annotated[bool, Field(strict=True)] = True

    @property
    def source_key(self) -> str:
        return f"feed:{self.url}"

    @property
    def shown_name(self) -> str:
        return self.name or self.url

    @functools.cached_property
    def feed_id(self) -> str:
        """16 hex digits of the URL as first configured: the feed's state lives under it."""
        return hashlib.sha256(self.source_key.encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class FeedList:
    """``notes`` are sentences about what was left out: in OPML ``unusable`` addresses, everywhere doubles.

    ``whole`` is False for a file that ends in the middle, or holds more feeds than are taken.
    """

    feeds: tuple[FeedSource, ...]
    notes: tuple[str, ...] = ()
    unusable: int = 0
    whole: bool = True


_FEED: Final = TypeAdapter(FeedSource)

_WANTED: Final[Mapping[str, str]] = {
    "url": "an http:// or https:// address",
    "name": "a text",
    "interval_minutes": "a whole number of minutes from 1 to 10080",
    "timezone": 'a name like "Europe/Helsinki"',
    "language": 'a tag like "en" or "pt-BR"',
    "tags": 'a list of texts like ["world", "ports"]',
    "full_text": '"auto", "always" or "never"',
    "headers": 'a table of texts like { X-Key = "$KEY" }',
    "identity": '"auto", "guid" or "link"',
    "enabled": "true or false",
}
"""What each setting of a feed has to be, in our words."""


def new_feed(**given: Any) -> FeedSource:
    """A feed from single values, checked as those of a file are. Raises SourcesError."""
    try:
        return _FEED.validate_python({key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SourcesError(f"{_problem(first)}.") from error


def read_feed_list(path: Path) -> FeedList:
    """Reads feeds.toml or, by its content, OPML. Raises SourcesError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourcesError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > OPML_BYTES_MAX:
        raise SourcesError(f"{path} is longer than {OPML_BYTES_MAX // 1_000_000} MB: is it a feed list?")
    written = data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    is_xml = written.startswith(b"<")
    if not is_xml and path.suffix.lower() in (".opml", ".xml"):
        raise SourcesError(f"{path} is {'no OPML file' if written else 'empty'}.")
    return parse_opml(data, path=path) if is_xml else parse_feeds_toml(data, path=path)


def parse_feeds_toml(data: bytes, *, path: Path) -> FeedList:
    """The feeds of a feeds.toml, ``[defaults]`` filled in. Raises SourcesError, which names the line."""
    try:
        text = data.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise SourcesError(f"{path} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise SourcesError(f"{path}: {str(error)[:200]}.") from error
    for key in document:
        if key not in ("defaults", "feed"):
            meant = "; did you mean [[feed]]?" if key in ("feeds", "source", "sources") else ""
            raise _at(path, text, (key,), f"{key} is not a key that is known here (defaults, feed){meant}")
    defaults, tables = document.get("defaults", {}), document.get("feed", [])
    if not isinstance(defaults, dict) or not isinstance(tables, list):
        raise SourcesError(f"{path}: feeds are written as [[feed]] tables, defaults as one [defaults] table.")
    for key in set(defaults) & {"url", "name"}:
        raise _at(path, text, ("defaults", key), f"{key} belongs to one feed, not to the defaults")
    if defaults:
        _feed({"url": "http://defaults.example/", **defaults}, ("defaults",), path, text)
    feeds = [
        _feed({**defaults, **_table(table, path)}, ("feed", index), path, text) for index, table in enumerate(tables)
    ]
    return _without_doubles(feeds, ())


def _table(table: Any, path: Path) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise SourcesError(f"{path}: feeds are written as [[feed]] tables.")
    return table


def _feed(table: dict[str, Any], where: tuple[str | int, ...], path: Path, text: str) -> FeedSource:
    try:
        return _FEED.validate_python(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        raise _at(path, text, (*where, key), _problem(first)) from error


def _problem(error: Any) -> str:
    key = str(error["loc"][0]) if error["loc"] else ""
    known = ", ".join(name for name in FeedSource.__dataclass_fields__ if not name.startswith("_"))
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{key} is not a key that is known here ({known})"
    if error["type"] in ("missing", "missing_argument"):
        return f"a feed has no {key}"
    shown = "" if key == "headers" else f" = {error['input']!r}"[:100]
    return f"{key}{shown} cannot be used: {_why(error)}"


def _why(error: Any) -> str:
    if error["type"] == "value_error":  # raised by the checks above, in our words
        return str(error["ctx"]["error"])
    return f"it has to be {_WANTED[str(error['loc'][0])]}"


def _at(path: Path, text: str, where: tuple[str | int, ...], problem: str) -> SourcesError:
    line = line_of(text, where)
    return SourcesError(f"{path}, line {line}: {problem}." if line else f"{path}: {problem}.")


def parse_opml(data: bytes, *, path: Path) -> FeedList:
    """The feeds of an OPML file, their folders as tags. Outlines that name no address are noted; the rest goes on.

    Raises SourcesError when it is no OPML at all.
    """
    outlines = read_outlines(data)
    if outlines is None:
        raise SourcesError(f"{path} is neither a feeds.toml nor an OPML file.")
    feeds, notes = [], []
    for outline in outlines.feeds[:FEEDS_MAX]:
        try:
            feeds.append(_FEED.validate_python(outline))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            problem = _why(first) if first["loc"] == ("url",) else _problem(first)
            notes.append(f"left out {outline['url'][:200]!r}: {problem}")
    unusable = len(notes)
    if len(outlines.feeds) > FEEDS_MAX:
        notes.append(f"left out {len(outlines.feeds) - FEEDS_MAX} feeds: at most {FEEDS_MAX} are taken of one list")
    if not outlines.whole:
        notes.append(f"{path} ends in the middle: feeds may be missing, those before are taken")
    return _without_doubles(feeds, notes, unusable=unusable, whole=outlines.whole and len(outlines.feeds) <= FEEDS_MAX)


def _without_doubles(
    feeds: Iterable[FeedSource], notes: Iterable[str], *, unusable: int = 0, whole: bool = True
) -> FeedList:
    distinct: dict[str, FeedSource] = {}
    doubles = []
    for feed in feeds:
        if feed.url in distinct:
            doubles.append(f"left out {feed.url!r}: it is listed twice")
        distinct.setdefault(feed.url, feed)
    return FeedList(feeds=tuple(distinct.values()), notes=(*notes, *doubles), unusable=unusable, whole=whole)

"""Times of publication, from what machines state and from what people print. No clock, no guess.

A time is kept as stated: local time, offset where the statement holds one, and how fine it is. ``dateparser`` is not
used: 25 bytes of feed text cost it 1.1 s, 3 kB 2.9 s. Strings are cut at ``STATED_CHARS_MAX``; the patterns run on RE2,
which is linear in the length of its input.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import re2

from worker.parsing.article import Precision, StatedTime
from worker.parsing.datewords import MONTHS, ZONE_MINUTES, ZONE_NAMES

STATED_CHARS_MAX: Final = 64
LINE_CHARS_MAX: Final = 400
"""A date line is a short line; what stands behind is not read."""
YEAR_MIN: Final = 1700
"""Newspaper archives reach back that far; CMS placeholders (0001, 1601) do not."""
OFFSET_MINUTES_MAX: Final = 14 * 60

_OFFSETS: Final = frozenset([*range(-11 * 60, OFFSET_MINUTES_MAX + 1, 30), 345, 525, 765])
"""Offsets in use, in minutes: half hours, and +05:45, +08:45, +12:45. Twelve hours back are half a day misread."""

_ISO: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:(?:T|\s|,|t){1,3}(\d{1,2}):?(\d\d)(?::?(\d\d)(?:[.,:]\d{1,9})?)?\s?([ap]m)?"
    r"\s{0,2}(Z|z|[A-Za-z]{2,4}|(?:UTC|GMT)?[+-−–]\d\d:?\d\d|[+-]\d\d?)?)?(?:\[[\w/]{1,40}\])?"
)
_CTIME: Final = re.compile(
    r"(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d) ?([A-Z+\-\d:]{1,9})? (\d{4})"
)
_ORDINAL: Final = re.compile(r"(\d{4}|\d\d)-?(\d{3})")
"""ISO 8601's year and day of the year; of two digits (ISO 8601:1988) for this century alone."""
_EPOCH: Final = re.compile(r"\d{10}|\d{13}")

_MONTH: Final = "|".join(sorted((re.escape(name) for name in MONTHS), key=len, reverse=True))
_DATE: Final = re2.compile(
    "(?i)(?:^|[^0-9A-Za-z])(?:"
    rf"(?P<d1>\d{{1,2}})(?:\.|st|nd|rd|th|er|º|ª)?[\s\-/]{{0,3}}(?:de\s|"
    rf"of\s)?(?P<m1>{_MONTH})\.?[\s,\-/]{{0,3}}(?:de\s|del\s)?(?P<y1>[12]\d{{3}})"
    rf"|(?P<m2>{_MONTH})\.?\s{{1,2}}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}(?P<y2>[12]\d{{3}})"
    rf"|(?P<y5>[12]\d{{3}})-(?P<m5>{_MONTH})-(?P<d5>\d{{1,2}})"
    r"|(?P<y3>[12]\d{3})\s?[-./년年]\s?(?P<m3>\d{1,2})\s?[-./월月]\s?(?P<d3>\d{1,2})[일日.]?"
    r"|(?P<a4>\d{1,2})\s?(?P<s4>[./|\-])\s?(?P<b4>\d{1,2})\s?[./|\-]\s?(?P<y4>[12]\d{3}|\d\d)"
    r")(?:[^0-9]|$)"
)
_CLOCK: Final = (
    r"(?:(?P<half0>오전|오후|午前|午後)\s?)?(?P<hour>[0-2]?\d)"
    r"(?:\s?[:.hH시時]\s?(?P<minute>[0-5]\d)(?:분|分)?(?:[:.](?P<second>[0-5]\d)(?:[.,]\d{1,6})?)?)?"
    r"\s?(?P<half>[AaPp]\.?\s?[Mm]\b\.?)?"
)
_ZONE: Final = (
    r"(?:\s?(?:Uhr|uhr|h)\b)?\s?\(?(?P<zone>(?:UTC|GMT)\s?[+\-−]\s?\d{1,2}(?::?\d\d)?|[+\-−]\d\d:?\d\d|"
    r"[A-Z]{1,4}\b)?"
)
_BEFORE_CLOCK: Final = (
    r"^[\s.,;|·•‧/()\-–—:]{0,6}(?:T|at|um|à|a las|alle|alle ore|ore|às|as|kl\.?|klo|kello|о|в|o godz\.|om|saat|"
    r"Uhr|[일日])?[\s,:]{0,2}"
)
_SPAN: Final = re2.compile(
    r"^[\s.,;|·()–—-]{0,4}([0-2]?\d)[:.h]([0-5]\d)\s?(?:Uhr\s)?[-–−—]\s?([0-2]?\d)[:.h]([0-5]\d)(?:\D|$)"
)
_CLOCK_AFTER: Final = re2.compile(_BEFORE_CLOCK + _CLOCK + _ZONE)
_CLOCK_BEFORE: Final = re2.compile(
    _CLOCK + _ZONE + r"\)?[\s,;|·•/\-–—]{0,4}(?:(?:on|le|am|del|el|den)\s)?(?:[\pL]{2,12}\.?,?\s)?$"
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A time printed in a line, and where its date stands there (characters)."""

    start: int
    end: int
    time: StatedTime


def stated_time(value: str, *, day_first: bool | None = None) -> StatedTime | None:
    """What a machine states: ISO 8601 and its neighbours, RFC 2822, (milli)seconds since 1970; else as printed.

    None when it is no date, or one that cannot be (31 February, year 0001).
    """
    value = value.strip()[:STATED_CHARS_MAX]
    if match := _ISO.fullmatch(value):
        return _from_iso(*match.groups())
    if match := _ORDINAL.fullmatch(value):
        return _from_ordinal(int(match[1]), int(match[2]))
    if _EPOCH.fullmatch(value):
        return _from_instant(int(value[:10]))
    if match := _CTIME.fullmatch(value):
        value = f"{match[2]} {match[1]} {match[5]} {match[3]} {match[4] or ''}"
    if "," in value[:5] or re.match(r"\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:", value):
        found = _from_rfc2822(value)
        if found:
            return found
    printed = next(printed_times(value, day_first=day_first), None)
    return None if printed is None or _is_broken(printed, value) else printed.time


def _is_broken(found: Found, value: str) -> bool:
    """A machine does not write 16 Dec 2012 1:2:3:4 or 2013-01-27-01: of what it meant the day is not certain either."""
    rest = value[: found.start] + value[found.end :]
    return found.time.precision == "day" and bool(re.search(r"\d:\d|^-\d", rest))


def printed_times(line: str, *, day_first: bool | None = None) -> Iterator[Found]:
    """The full dates (with a year) in a line, each with the clock time beside it.

    ``day_first`` settles 03/04/2020; None leaves such a date out.
    """
    line = line[:LINE_CHARS_MAX]
    for match in _DATE.finditer(line):
        start, end = _span(match)
        day = _day(match.groupdict(), day_first)
        if day is not None and not _is_span(line[end : end + 60]):
            yield Found(start=start, end=end, time=_with_clock(day, line[:start], line[end : end + 60]))


def located(time: StatedTime, shown: StatedTime) -> StatedTime:
    """An instant stated in UTC in the local time that the page shows beside it: the two tell the publisher's offset.

    A day that is shown alone tells it where the instant is that day's midnight: how content systems keep a day.
    """
    difference = shown.local - time.local.replace(second=shown.local.second)
    minutes = int(difference.total_seconds() // 60)
    if time.offset_minutes != 0 or time.precision == "day" or shown.offset_minutes not in (None, minutes):
        return time
    if not minutes or minutes not in _OFFSETS or (_is_day(shown) and shown.local.date() == time.local.date()):
        return time
    return replace(time, local=time.local + timedelta(minutes=minutes), offset_minutes=minutes)


def in_zone(time: StatedTime, zone: str | None) -> StatedTime:
    """The time with the zone's offset on that day, if it states none itself and is finer than a day."""
    if time.offset_minutes is not None or time.precision == "day" or not zone:
        return time
    info = _zone_info(zone)
    return time if info is None else replace(time, offset_minutes=_offset(time.local.replace(tzinfo=info)))


def plausible(time: StatedTime, seen_at: datetime) -> bool:
    """Whether an article seen at ``seen_at`` (aware) can have been published then: not more than two days later."""
    return time.local.year >= YEAR_MIN and time.utc <= seen_at + timedelta(days=2)


def finer(first: StatedTime, second: StatedTime) -> StatedTime:
    """The better statement of one moment: the first, unless the second agrees with it and says more.

    They agree when they give the same local day, or the same instant. Midnight sharp is how content systems print a
    day.
    """
    same_day = first.local.date() == second.local.date()
    if same_day and _is_day(first) and not _is_day(second):
        return second
    if same_day and first.offset_minutes is None and second.offset_minutes is not None and not _is_day(second):
        same_clock = (first.local.hour, first.local.minute) == (second.local.hour, second.local.minute)
        return replace(first, offset_minutes=second.offset_minutes) if same_clock else first
    return first


def agree(first: StatedTime, second: StatedTime) -> bool:
    """Whether two statements can mean one moment: within a day of each other."""
    return abs(first.utc - second.utc) <= timedelta(hours=26)


def _is_day(time: StatedTime) -> bool:
    return time.precision == "day" or (time.local.hour, time.local.minute, time.local.second) == (0, 0, 0)


def _span(match: re.Match[str]) -> tuple[int, int]:
    """The date alone: RE2 has no lookaround, so the pattern takes a character on both sides."""
    groups = [match.span(index) for index in range(1, len(match.groups()) + 1) if match.group(index) is not None]
    return min(start for start, _ in groups), max(end for _, end in groups)


def _day(parts: dict[str, str | None], day_first: bool | None) -> datetime | None:
    if parts["m1"] and parts["d1"] and parts["y1"]:
        return _calendar(int(parts["y1"]), _month(parts["m1"]), int(parts["d1"]))
    if parts["m2"] and parts["d2"] and parts["y2"]:
        return _calendar(int(parts["y2"]), _month(parts["m2"]), int(parts["d2"]))
    if parts["y5"] and parts["m5"] and parts["d5"]:
        return _calendar(int(parts["y5"]), _month(parts["m5"]), int(parts["d5"]))
    if parts["y3"] and parts["m3"] and parts["d3"]:
        return _calendar(int(parts["y3"]), int(parts["m3"]), int(parts["d3"]))
    first, second = int(parts["a4"] or 0), int(parts["b4"] or 0)
    year = int(parts["y4"] or 0)
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    if second > 12:
        day_first = False
    elif parts["s4"] == "." or first > 12:
        day_first = True
    if day_first is None:
        return None if first != second else _calendar(year, first, second)
    return _calendar(year, second, first) if day_first else _calendar(year, first, second)


def _is_span(after: str) -> bool:
    """``10:00-11:30`` behind a date: when something takes place. ``15:45-07:00`` goes back: a zone."""
    match = _SPAN.match(after)
    return match is not None and (int(match[1]), int(match[2])) < (int(match[3]), int(match[4]))


def _month(word: str) -> int:
    return MONTHS.get(word.casefold().rstrip("."), 0)


def _calendar(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day) if year >= YEAR_MIN else None  # noqa: DTZ001 - local by definition
    except ValueError:
        return None


def _with_clock(day: datetime, before: str, after: str) -> StatedTime:
    for match in (_CLOCK_AFTER.match(after), _CLOCK_BEFORE.search(before[-48:])):
        clock = match and _clock(match.groupdict())
        if match and clock:
            hour, minute, second, precision = clock
            local = day.replace(hour=hour, minute=minute, second=second)
            return StatedTime(local=local, offset_minutes=_zone(match.group("zone"), local), precision=precision)
    return StatedTime(local=day, offset_minutes=None, precision="day")


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int, Precision] | None:
    half = parts["half"] or parts["half0"]
    if parts["minute"] is None and half is None:
        return None
    hour = _twelve_hours(int(parts["hour"] or 0), half)
    if hour is None:
        return None
    second = int(parts["second"] or 0)
    return hour, int(parts["minute"] or 0), second, "second" if parts["second"] else "minute"


def _twelve_hours(hour: int, half: str | None) -> int | None:
    if half is None or hour > 12:
        return hour if hour < 24 else None
    afternoon = half[0] in "pP" or half in ("오후", "午後")
    return hour % 12 + (12 if afternoon else 0)


def _from_iso(*parts: str | None) -> StatedTime | None:
    year, month, day, hour, minute, second, half, zone = parts
    local = _calendar(int(year or 0), int(month or 0), int(day or 0))
    if local is None:
        return None
    if hour is None:
        return StatedTime(local=local, offset_minutes=None, precision="day")
    hours = _twelve_hours(int(hour), half)
    if hours is None or int(minute or 0) > 59:
        return None
    local = local.replace(hour=hours, minute=int(minute or 0), second=min(int(second or 0), 59))
    return StatedTime(local=local, offset_minutes=_zone(zone, local), precision="second" if second else "minute")


def _from_ordinal(year: int, day_of_year: int) -> StatedTime | None:
    first = _calendar(year if year > 99 else 2000 + year, 1, 1)
    if first is None or not 1 <= day_of_year <= 366:
        return None
    return StatedTime(local=first + timedelta(days=day_of_year - 1), offset_minutes=None, precision="day")


def _from_instant(seconds: int) -> StatedTime | None:
    local = datetime.fromtimestamp(seconds, tz=timezone.utc).replace(tzinfo=None)  # noqa: UP017 - one spelling
    return StatedTime(local=local, offset_minutes=0, precision="second") if seconds > 0 else None


def _from_rfc2822(value: str) -> StatedTime | None:
    try:
        parts = email.utils.parsedate_tz(value)
    except (ValueError, OverflowError, IndexError):
        return None
    day = parts and _calendar(*parts[:3])
    if parts is None or day is None or str(day.year) not in value or not (0 <= parts[3] < 24 and 0 <= parts[4] < 60):
        return None
    local = day.replace(hour=parts[3], minute=parts[4], second=min(max(parts[5], 0), 59))
    minutes = None if parts[9] is None else parts[9] // 60
    named = _zone(value.rsplit(" ", 1)[-1], local)
    return StatedTime(
        local=local,
        offset_minutes=_within_day(named if named is not None else minutes),
        precision="second" if value.count(":") > 1 else "minute",
    )


def _zone(zone: str | None, local: datetime) -> int | None:
    """Minutes east of Greenwich, None for what names no known zone."""
    word = (zone or "").casefold().replace(" ", "").replace("−", "-").replace("–", "-")
    if match := re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?", word):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return _within_day(-minutes if match[1] == "-" else minutes)
    if word in ZONE_NAMES:
        info = _zone_info(ZONE_NAMES[word])
        return _offset(local.replace(tzinfo=info)) if info else None
    return ZONE_MINUTES.get(word)


def _within_day(minutes: int | None) -> int | None:
    return minutes if minutes is not None and abs(minutes) <= OFFSET_MINUTES_MAX else None


@lru_cache(maxsize=256)
def _zone_info(name: str) -> ZoneInfo | None:
    """None for a name the tz database does not hold (or that is a path out of it)."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def _offset(moment: datetime) -> int | None:
    offset = moment.utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from worker.parsing.article import StatedTime
from worker.parsing.dates import agree, finer, in_zone, plausible, printed_times, stated_time


def make_time(local: str, offset: int | None = None, precision: str = "minute") -> StatedTime:
    return StatedTime(local=datetime.fromisoformat(local), offset_minutes=offset, precision=precision)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stated", "local", "offset", "precision"),
    [
        ("2021-02-03T07:05:10+09:00", "2021-02-03T07:05:10", 540, "second"),
        ("2021-02-03T07:05:10.123456789Z", "2021-02-03T07:05:10", 0, "second"),
        ("2021-02-03 07:05:10 -0330", "2021-02-03T07:05:10", -210, "second"),
        ("2021-02-03T07:05", "2021-02-03T07:05", None, "minute"),
        ("2021-02-03T07:05 EDT", "2021-02-03T07:05", -240, "minute"),
        ("20210203T070510Z", "2021-02-03T07:05:10", 0, "second"),
        ("2021-02-03", "2021-02-03", None, "day"),
        ("Wed, 03 Feb 2021 07:05:10 +0900", "2021-02-03T07:05:10", 540, "second"),
        ("Wed, 03 Feb 2021 07:05:10 EST", "2021-02-03T07:05:10", -300, "second"),
        ("Mon Aug 03 12:45:00 EDT 2015", "2015-08-03T12:45:00", -240, "second"),
        ("1612335910", "2021-02-03T07:05:10", 0, "second"),
        ("1612335910000", "2021-02-03T07:05:10", 0, "second"),
        ("26-FEB-1987 15:07:13.72", "1987-02-26T15:07:13", None, "second"),
        (" 2-MAR-1987 16:34:54.11", "1987-03-02T16:34:54", None, "second"),
        ("Jan. 25, 2017 - 15:45", "2017-01-25T15:45", None, "minute"),
        ("4:29 AM, July 16, 2018", "2018-07-16T04:29", None, "minute"),
        ("May 31, 2019 | 12:50 PM", "2019-05-31T12:50", None, "minute"),
        ("May 31, 2019 8:00 a.m. ET", "2019-05-31T08:00", -240, "minute"),
        ("Dec. 31, 2019 8:00 a.m. ET", "2019-12-31T08:00", -300, "minute"),
        ("03.05.2024, 16:24 Uhr", "2024-05-03T16:24", None, "minute"),
        ("Donnerstag, 31. Mai 2012", "2012-05-31", None, "day"),
        ("1er août 2020 à 17h49", "2020-08-01T17:49", None, "minute"),
        ("25 de enero de 2017 a las 15:45", "2017-01-25T15:45", None, "minute"),
        ("mandag 5. august 2024 kl. 14.47", "2024-08-05T14:47", None, "minute"),
        ("14 мая 2025, 09:30", "2025-05-14T09:30", None, "minute"),
        ("2017년 1월 25일 15시 45분", "2017-01-25T15:45", None, "minute"),
        ("2017. 1. 25. 오후 3:45", "2017-01-25T15:45", None, "minute"),
        ("2017年1月25日 15:45", "2017-01-25T15:45", None, "minute"),
        ("2021-034", "2021-02-03", None, "day"),
        ("21034", "2021-02-03", None, "day"),
        ("2021-február-03T7:05+01:00", "2021-02-03T07:05", 60, "minute"),
        ("Wed, 03 Feb 2021 07:05:10 MET", "2021-02-03T07:05:10", 60, "second"),
        ("Wed, 03 Feb 2021 07:05:10 AT", "2021-02-03T07:05:10", -240, "second"),
        ("26 | 01 | 2022", "2022-01-26", None, "day"),
        ("30/04/2024 - 16:38 GMT+2", "2024-04-30T16:38", 120, "minute"),
    ],
)
def test_times_are_read_as_stated(stated: str, local: str, offset: int | None, precision: str) -> None:
    assert stated_time(stated) == make_time(local, offset, precision)


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "today",
        "31 Feb 2020",
        "2020-02-30T10:00:00Z",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "2021-02-03T25:61:61",
        "0000-00-00",
        "1" * 100_000,
        "Wed, 03 Feb 2021 1:2:3:4 GMT",
        "2021-02-03-01",
        "2021-02-03T10:61:00Z",
        "2021-367",
        "Q3 2020",
        "??" * 1_500,
    ],
)
def test_what_is_no_date_gives_none(stated: str) -> None:
    assert stated_time(stated) is None


def test_the_order_of_day_and_month_is_never_guessed() -> None:
    assert stated_time("03/04/2020") is None
    assert stated_time("03/04/2020", day_first=True) == make_time("2020-04-03", None, "day")
    assert stated_time("03/04/2020", day_first=False) == make_time("2020-03-04", None, "day")
    assert stated_time("23/04/2020") == make_time("2020-04-23", None, "day")


def test_every_date_of_a_line_is_found_with_its_place() -> None:
    line = "Publié le 07 mai 2019 à 13h59 - Mis à jour le 08 mai 2019 à 10h00"
    assert [line[found.start : found.end] for found in printed_times(line)] == ["07 mai 2019", "08 mai 2019"]


def test_a_zone_is_added_only_where_none_is_stated_and_a_clock_is() -> None:
    local = make_time("2021-07-03T07:05")
    assert in_zone(local, "Europe/Paris").offset_minutes == 120
    assert in_zone(make_time("2021-01-03T07:05"), "Europe/Paris").offset_minutes == 60
    assert in_zone(make_time("2021-07-03T07:05", 0), "Europe/Paris").offset_minutes == 0
    assert in_zone(make_time("2021-07-03", None, "day"), "Europe/Paris").offset_minutes is None
    for name in (None, "", "Mars/Olympus", "../../etc/passwd", "\0"):
        assert in_zone(local, name) == local


def test_a_second_statement_of_the_same_day_adds_its_clock_or_zone() -> None:
    day = make_time("2021-02-03", None, "day")
    clock = make_time("2021-02-03T07:05")
    zoned = make_time("2021-02-03T07:05", 540)
    assert finer(day, clock) == clock
    assert finer(clock, zoned) == zoned
    assert finer(clock, day) == clock
    assert finer(day, make_time("2021-02-04T07:05")) == day
    assert finer(clock, make_time("2021-02-03T22:05", 540)) == clock


def test_a_time_is_plausible_until_two_days_after_the_article_was_seen() -> None:
    seen = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert plausible(make_time("2026-03-03T11:00", 0), seen)
    assert not plausible(make_time("2026-03-03T13:00", 0), seen)
    assert not plausible(make_time("1699-12-31", None, "day"), seen)
    assert not plausible(make_time("9999-12-31T23:59"), seen + timedelta(0))


def test_two_statements_agree_within_a_day() -> None:
    assert agree(make_time("2021-02-03"), make_time("2021-02-04T01:00"))
    assert not agree(make_time("2021-02-03"), make_time("2021-02-05"))


def test_a_date_with_a_beginning_and_an_end_is_no_time_of_publication() -> None:
    assert list(printed_times("19.1.2023, 10:00-11:30 Uhr")) == []
    assert list(printed_times("19.1.2023, 10:00 – 11:30")) == []
    assert [found.time.offset_minutes for found in printed_times("19.1.2023, 15:45-07:00")] == [-420]

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.polling.rhythm import KEPT, News, Rhythm, pack_rhythm, unpack_rhythm

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

rhythms = st.builds(
    Rhythm,
    since=st.none() | st.integers(1_700_000_000, 1_900_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    news=st.lists(st.builds(News, minutes=st.integers(1, 65_535), entries=st.integers(1, 65_535)), max_size=KEPT).map(
        tuple
    ),
    polls=st.lists(st.booleans(), max_size=KEPT).map(tuple),
    ttl_seconds=st.integers(0, 31_536_000),
    period_seconds=st.integers(0, 31_536_000),
)


def after(*polls: tuple[float, int]) -> tuple[Rhythm, datetime]:
    """The rhythm after a first poll and then these: hours waited, entries new."""
    rhythm, now = Rhythm().polled(now=NOW, entries=30), NOW
    for hours, entries in polls:
        now += hours * HOUR
        rhythm = rhythm.polled(now=now, entries=entries)
    return rhythm, now


def test_what_a_first_poll_brings_is_no_rhythm() -> None:
    rhythm, now = after()
    assert (rhythm.news, rhythm.polls, rhythm.mean_gap(now)) == ((), (), timedelta(0))


def test_gaps_lie_between_polls_that_brought_something() -> None:
    rhythm, now = after((1, 0), (1, 3), (4, 1))
    assert rhythm.news == (News(minutes=120, entries=3), News(minutes=240, entries=1))
    assert rhythm.mean_gap(now) == 3 * HOUR
    assert rhythm.entries_per_day(now) == 4 * 24 / 6


def test_the_time_since_the_last_news_counts_when_it_is_long() -> None:
    rhythm, now = after((1, 1), (1, 1))
    assert rhythm.mean_gap(now + HOUR / 2) == HOUR
    assert rhythm.mean_gap(now + 10 * HOUR) == 4 * HOUR
    quiet, begun = after()
    assert quiet.mean_gap(begun + 10 * HOUR) == 10 * HOUR


def test_a_night_does_not_slow_the_day() -> None:
    rhythm, now = after((12, 1), *[(1, 1)] * 7)
    assert rhythm.mean_gap(now) == HOUR


def test_a_clock_that_went_back_is_no_negative_gap() -> None:
    rhythm, now = after((1, 1))
    assert rhythm.mean_gap(now - 5 * HOUR) == HOUR
    assert rhythm.polled(now=now - 5 * HOUR, entries=1).news[-1] == News(minutes=1, entries=1)


def test_time_in_which_a_feed_could_not_be_reached_measures_nothing() -> None:
    rhythm, now = after((1, 1))
    again = rhythm.polled(now=now + 100 * HOUR, entries=30, after_failure=True)
    assert (again.news, again.since) == (rhythm.news, now + 100 * HOUR)


def test_only_the_latest_polls_and_news_are_kept() -> None:
    rhythm, _ = after(*((1, number) for number in range(1, 40)))
    assert [came.entries for came in rhythm.news] == list(range(24, 40))
    assert len(rhythm.polls) == KEPT


def test_the_share_of_polls_with_news_needs_a_few_polls() -> None:
    assert after(*[(1, 1)] * 7)[0].news_share == 0
    assert after(*[(1, 1)] * 8)[0].news_share == 1
    assert after(*[(1, 1), (1, 0)] * 4)[0].news_share == 0.5


def test_a_window_fills_at_the_pace_of_its_worst_poll() -> None:
    rhythm, now = after((10, 1), (2, 20), (2, 16), (10, 1))
    assert rhythm.filled_in(30, now) == 3 * HOUR
    assert rhythm.filled_in(30, now + 8 * HOUR) == 8 * HOUR
    assert rhythm.filled_in(50, now) is None
    assert rhythm.filled_in(0, now) is None


def test_a_miss_forgets_what_was_too_slow() -> None:
    rhythm, now = after(*[(10, 1)] * 5)
    missed = rhythm.missed(now=now + HOUR, waited=HOUR, entries=30)
    assert missed.news == (News(minutes=30, entries=30),)
    assert missed.filled_in(30, now + HOUR) == HOUR / 2


@given(rhythms)
def test_a_rhythm_survives_packing_in_84_bytes(rhythm: Rhythm) -> None:
    packed = pack_rhythm(rhythm)
    assert len(packed) <= 84
    assert unpack_rhythm(packed) == rhythm


@given(st.binary(max_size=100))
def test_a_string_that_is_not_ours_never_raises(packed: bytes) -> None:
    unpack_rhythm(packed)


def test_a_string_of_another_version_is_the_empty_rhythm() -> None:
    assert unpack_rhythm(b"\x09" + pack_rhythm(Rhythm(since=NOW))[1:]) == Rhythm()
    assert unpack_rhythm(b"") == Rhythm()

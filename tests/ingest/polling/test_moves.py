from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.polling.moves import SIGHTINGS, SPAN, Move, pack_move, permanent_target, sighted, unpack_move
from ingest.web.outcomes import Hop

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HOME = "http://a.example/rss"
NEW = "https://b.example/rss"


def hops(*steps: tuple[int, str]) -> list[Hop]:
    return [Hop(status=status, url=url) for status, url in steps]


@pytest.mark.parametrize(
    ("steps", "target"),
    [
        ([], None),
        ([(301, NEW)], NEW),
        ([(308, NEW)], NEW),
        ([(302, NEW)], None),
        ([(307, NEW)], None),
        ([(301, "https://a.example/rss"), (302, NEW)], "https://a.example/rss"),
        ([(302, "https://a.example/rss"), (301, NEW)], None),
        ([(301, "https://a.example/rss"), (308, NEW)], NEW),
        ([(301, NEW), (301, HOME)], None),
    ],
)
def test_a_feed_moves_as_far_as_all_redirects_are_permanent(steps: list[tuple[int, str]], target: str | None) -> None:
    assert permanent_target(HOME, hops(*steps)) == target


def after(*sightings: tuple[float, str | None]) -> tuple[Move | None, datetime]:
    """Hours waited before each sighting, and where it led."""
    move, now = None, NOW
    for hours, target in sightings:
        now += timedelta(hours=hours)
        move = sighted(move, target, now=now)
    return move, now


def proven(*sightings: tuple[float, str | None]) -> bool:
    move, now = after(*sightings)
    return move is not None and move.proven(now)


def test_a_move_is_proven_by_five_sightings_over_three_days() -> None:
    assert proven((0, NEW), *[(18, NEW)] * 4)
    assert not proven((0, NEW), *[(17, NEW)] * 4)
    assert not proven((0, NEW), *[(30, NEW)] * 3)
    assert not proven((0, NEW), *[(0.5, NEW)] * 100)
    assert (5, timedelta(days=3)) == (SIGHTINGS, SPAN)


def test_one_answer_without_the_redirect_or_to_another_place_begins_anew() -> None:
    assert after((0, NEW), (24, NEW), (24, None))[0] is None
    assert not proven((0, NEW), (30, NEW), (30, NEW), (1, None), (1, NEW))
    assert not proven((0, NEW), (30, NEW), (30, NEW), (30, "https://b.example/?session=2"), (1, NEW))


@given(
    st.builds(
        Move,
        url=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80),
        sightings=st.integers(1, 1_000_000),
        since=st.integers(1, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    )
)
def test_a_move_survives_packing(move: Move) -> None:
    assert unpack_move(pack_move(move)) == move


@pytest.mark.parametrize("packed", ["", "x", "1", "1 2", "x 2 https://a.example/", "1 x https://a.example/"])
def test_what_is_not_ours_is_no_move(packed: str) -> None:
    assert unpack_move(packed) is None
    assert pack_move(None) == ""

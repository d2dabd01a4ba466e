"""The plan is a function of its seed, and leaves no crash point and no kill out."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.faults.plan import KILLED, NOT_BROUGHT_ABOUT, draw
from tests.faults.points import BY_NAME, POINTS


def test_the_same_seed_draws_the_same_plan_and_another_seed_another() -> None:
    assert draw(7).digest == draw(7).digest
    assert draw(7).digest != draw(8).digest


@pytest.mark.parametrize("seed", [1, 20_261_129])
def test_every_crash_point_but_the_two_that_need_another_domain_comes_exactly_once_and_everybody_is_killed_once(
    seed: int,
) -> None:
    assert {p.name for p in POINTS if p.cause in NOT_BROUGHT_ABOUT} == {"lease.hold.before", "lease.hold.after"}
    drawn = Counter((attack.what, attack.target) for attack in draw(seed).attacks)
    expected = [("point", point.name) for point in POINTS if point.cause not in NOT_BROUGHT_ABOUT]
    expected += [("kill", target) for target in ("poller", *KILLED)]
    assert drawn == Counter([*expected, ("flush", "")])


def test_each_lane_has_the_points_of_its_own_processes() -> None:
    plan = draw(3)
    workers = (*plan.parents, *plan.children)
    lanes = {"poller": plan.poller, "worker": workers, "seed": plan.seeding, "replay": plan.replaying}
    for role, lane in lanes.items():
        assert {BY_NAME[attack.target].role for attack in lane if attack.what == "point"} == {role}


def test_a_thousand_articles_and_no_two_alike() -> None:
    plan = draw(4)
    given = [*(a for feed in plan.first for a in feed), *(a for seed in plan.seeds for a in seed), *plan.waiting]
    given += plan.bad
    assert len(given) >= 1000
    assert len({article.key for article in given}) == len({article.text for article in given}) == len(given)

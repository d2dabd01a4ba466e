"""The plan is a function of its seed, and leaves no crash point and no kill out."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from tests.faults.plan import KILLED, NETWORK, draw, growths_of
from tests.faults.points import BY_NAME, POINTS


def test_the_same_seed_draws_the_same_rounds_and_another_seed_others() -> None:
    for number in (0, 1):
        assert draw(7, number).digest == draw(7, number).digest
    assert len({draw(seed, number).digest for seed in (7, 8) for number in (0, 1, 2)}) == 6


@pytest.mark.parametrize("number", [0, 5])
@pytest.mark.parametrize("seed", [1, 20_261_129])
def test_every_crash_point_every_kill_and_every_fault_comes_once_a_round(seed: int, number: int) -> None:
    drawn = Counter((attack.what, attack.target) for attack in draw(seed, number).attacks)
    expected = [("point", point.name) for point in POINTS if number == 0 or point.role != "migrate"]
    expected += [("kill", target) for target in ("poller", *KILLED)]
    expected += [("network", fault) for fault in NETWORK]
    assert drawn == Counter([*expected, ("flush", ""), ("lose", ""), ("poison", "")])


def test_each_lane_has_the_points_of_its_own_processes() -> None:
    plan = draw(3)
    workers = (*plan.parents, *plan.children)
    lanes = {"poller": plan.poller, "worker": workers, "seed": plan.seeding, "replay": plan.replaying}
    for role, lane in lanes.items():
        assert {BY_NAME[attack.target].role for attack in lane if attack.what == "point"} == {role}


def test_a_thousand_articles_and_no_two_alike_in_any_round() -> None:
    given = []
    for number in (0, 1):
        plan = draw(4, number)
        given += [*(a for feed in plan.first for a in feed), *(a for seed in plan.seeds for a in seed)]
        given += [*plan.waiting, *plan.bad, *(a for growth in (*plan.floods, *plan.deadly) for a in growth.articles)]
        assert len(given) >= 1000
        given += [a for growth in islice(growths_of(plan), len(plan.growths) + 100) for a in growth.articles]
    assert len({article.key for article in given}) == len({article.text for article in given}) == len(given)


def test_growths_never_end_and_are_the_plans_own() -> None:
    plan = draw(5)
    some = list(islice(growths_of(plan), len(plan.growths) + 3))
    assert tuple(some[:-3]) == plan.growths
    assert some[-3:] == list(islice(growths_of(plan), len(plan.growths), len(plan.growths) + 3))

from __future__ import annotations

import pytest

from tests.bench.grouping import adjusted_rand_index, agreement, joined


def test_pairs_are_joined_into_groups() -> None:
    groups = joined("abcde", [("a", "b"), ("c", "b"), ("d", "d")])
    assert groups["a"] == groups["b"] == groups["c"]
    assert len(set(groups.values())) == 3


def test_agreement_counts_pairs_in_one_group() -> None:
    truth = {"a": 1, "b": 1, "c": 1, "d": 2}
    assert agreement(truth, truth) == (1.0, 1.0)
    precision, recall = agreement(truth, {"a": 1, "b": 1, "c": 3, "d": 3})
    assert precision == 0.5
    assert recall == pytest.approx(1 / 3)
    assert agreement(truth, dict.fromkeys(truth, 1)) == (0.5, 1.0)


def test_the_adjusted_rand_index_is_1_for_the_same_groups_under_other_names() -> None:
    one = {"a": 1, "b": 1, "c": 2, "d": 3}
    assert adjusted_rand_index(one, {"a": "x", "b": "x", "c": "y", "d": "z"}) == 1.0
    assert adjusted_rand_index(one, {"a": 1, "b": 2, "c": 1, "d": 2}) < 0.1
    assert adjusted_rand_index({"a": 1, "b": 2}, {"a": 1, "b": 2}) == 1.0

from __future__ import annotations

from enum import StrEnum

import pytest

from worker.dedup.verdict import VerdictReason
from worker.reason_words import in_words
from worker.storage.arrival import Reason


@pytest.mark.parametrize("reason", [*Reason, *VerdictReason])
def test_every_reason_has_words_of_its_own(reason: StrEnum) -> None:
    assert in_words(reason.value) != reason.value
    assert "_" not in in_words(reason.value)
    assert sum(in_words(other) == in_words(reason) for other in (*Reason, *VerdictReason)) == 1


def test_a_reason_of_a_later_release_is_told_as_it_is() -> None:
    assert in_words("of_tomorrow") == "of_tomorrow"

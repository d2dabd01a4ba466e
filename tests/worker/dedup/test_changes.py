from __future__ import annotations

import pytest

from tests.worker.dedup.texts import FERRY as PARAGRAPHS
from tests.worker.dedup.texts import reading
from worker.dedup.changes import ChangeClass, change_class

BEFORE = reading(*PARAGRAPHS, title="Night ferry returns")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (reading(*PARAGRAPHS, title="Night ferry  returns"), ChangeClass.COSMETIC),
        (reading(*(p.replace(",", " –") for p in PARAGRAPHS), title="Night ferry returns"), ChangeClass.COSMETIC),
        (reading(*PARAGRAPHS, title="Night ferry comes back"), ChangeClass.HEADLINE),
        (reading(*PARAGRAPHS, "The chair resigned on Friday.", title="Night ferry returns"), ChangeClass.TEXT),
        (reading(*PARAGRAPHS[:2], title="Night ferry returns"), ChangeClass.REMOVAL),
    ],
)
def test_a_change_has_the_class_of_what_changed(after: object, expected: ChangeClass) -> None:
    assert change_class(BEFORE, after) is expected  # type: ignore[arg-type]

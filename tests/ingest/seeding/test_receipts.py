from __future__ import annotations

from ingest.seeding.receipts import SeedReport


def test_who_revised_articles_is_told_that_their_names_were_taken() -> None:
    (said,) = SeedReport(stored=1, revised=12).reasons(refusals_said=3)

    assert said.startswith("revised 12: their source had articles under these names")
    assert "--source" in said
    assert list(SeedReport(stored=12, duplicates=3).reasons(refusals_said=3)) == []

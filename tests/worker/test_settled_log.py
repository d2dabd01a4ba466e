from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

import pytest
from structlog.testing import capture_logs

from shared.schema import Outcome
from tests.factories import NOON
from worker.inbox import ClaimedArticle
from worker.settled_log import tell_settled, verdict_of
from worker.storage.errors import DatabaseAwayError
from worker.storage.ledger import Place


def claimed(raw_id: str, meta: bytes = b'{"source": "The Post", "entry_key": "e1", "version": 1}') -> ClaimedArticle:
    return ClaimedArticle(raw_id=raw_id, tries=1, accepted_at=NOON, meta=meta, body=b"")


def away(_raw_ids: Collection[str]) -> Mapping[str, Place]:
    raise DatabaseAwayError("the database does not answer: gone")


def nowhere(_raw_ids: Collection[str]) -> Mapping[str, Place]:
    return {}


@pytest.fixture(autouse=True)
def info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_a_database_that_goes_away_after_the_commit_costs_no_line() -> None:
    with capture_logs() as lines:
        tell_settled({"a": Outcome(settled="stored")}, [claimed("a"), claimed("b")], away)
    (line,) = (line for line in lines if line["event"] == "article.settled")
    assert (line["raw_id"], line["source"], line["entry_key"]) == ("a", "The Post", "e1")
    assert (line["verdict"], line["article_id"]) == ("stored", None)


@pytest.mark.parametrize("meta", [b"\xff", b"[]", b'{"source": 1, "entry_key": null}', b"[" * 100_000])
def test_a_meta_that_nobody_can_read_is_told_without_names(meta: bytes) -> None:
    with capture_logs() as lines:
        tell_settled({"a": Outcome(settled="quarantined")}, [claimed("a", meta)], nowhere)
    assert [(line["source"], line["entry_key"], line["verdict"]) for line in lines] == [(None, None, "quarantined")]


def test_nobody_is_asked_where_nobody_reads(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    tell_settled({"a": Outcome(settled="stored")}, [claimed("a")], away)


def test_what_was_settled_before_is_known_and_a_quarantine_stays_one() -> None:
    assert verdict_of(Outcome(settled="revised", again=True)) == "duplicate"
    assert verdict_of(Outcome(settled="quarantined", again=True)) == "quarantined"
    assert verdict_of(Outcome(settled="copied")) == "copied"

from __future__ import annotations

import os
import time

import pytest

from shared.schema import RawArticle, pack_body, pack_meta
from tests.factories import make_raw_article
from worker import parsing_pool
from worker.parsing.article import ParsedArticle
from worker.parsing_pool import ParsingPool, Unparsed


def packed(raw: RawArticle) -> tuple[bytes, bytes]:
    return pack_meta(raw), pack_body(raw)


def test_answers_come_in_order_and_what_cannot_be_parsed_says_why() -> None:
    items = [
        packed(make_raw_article(body=b"The ferry sails again.")),
        (b"{}", b""),
        packed(make_raw_article(body=b" ")),
        packed(make_raw_article(body=b"It is full.")),
    ]
    with ParsingPool(processes=1, seconds=20, memory_mb=2048) as pool:
        first, foreign, empty, last = pool.parse_all(items)
    assert isinstance(first, ParsedArticle)
    assert isinstance(last, ParsedArticle)
    assert (first.text, last.text) == ("The ferry sails again.", "It is full.")
    assert isinstance(foreign, Unparsed)
    assert foreign.reason.startswith("the archive cannot be read")
    assert empty == Unparsed(reason="neither a title nor any text is found in it any more")


def _sleep(*_packed: object) -> None:
    time.sleep(30)


def _die(*_packed: object) -> None:
    os._exit(9)


def _raise(*_packed: object) -> None:
    raise ValueError("no")


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (_sleep, "parsing takes longer than 0.3 s"),
        (_die, "the process that parses it dies of it"),
        (_raise, "ValueError: no"),
    ],
)
def test_one_articles_failure_is_its_own(monkeypatch: pytest.MonkeyPatch, behave: object, reason: str) -> None:
    monkeypatch.setattr(parsing_pool, "_parse", behave)
    with ParsingPool(processes=1, seconds=0.3, memory_mb=2048) as pool:
        assert pool.parse_all([(b"", b"")]) == [Unparsed(reason=reason)]

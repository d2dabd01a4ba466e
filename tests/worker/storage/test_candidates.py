from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.factories import NOON, make_arrival, make_parsed_article
from worker.dedup.fingerprint import Fingerprint, fingerprint
from worker.dedup.verdict import Candidate
from worker.storage import candidates as candidates_module
from worker.storage.arrival import Arrival
from worker.storage.candidates import find_candidates
from worker.storage.store import Store


def make_fingerprint(arrival: Arrival) -> Fingerprint:
    raw = arrival.raw
    return fingerprint(raw.source_key, raw.entry_key, raw.source, arrival.parsed, seen_at=raw.seen_at)


def find(engine: Engine, *arrivals: Arrival) -> tuple[Candidate, ...]:
    with engine.connect() as connection:
        return find_candidates(connection, [make_fingerprint(each) for each in arrivals]).candidates


def make_titled(title: str, source: str, **fields: Any) -> Arrival:
    return make_arrival(parsed=make_parsed_article(title=title, **fields), source_key=f"seed:{source}")


def test_an_empty_store_has_no_candidates(engine: Engine) -> None:
    assert find(engine, make_arrival()) == ()
    assert find(engine) == ()


def test_ones_own_article_comes_whole_and_others_by_what_decides(store: Store, engine: Engine) -> None:
    own = make_arrival()
    store.store([own, make_titled("Another", "b")], now=NOON)

    found = find(engine, own)

    assert [(each.title, each.article) for each in found if each.article] == [
        ("night ferry returns to ostholm", own.parsed)
    ]
    assert {each.title for each in found if not each.article} == {"night ferry returns to ostholm", "another"}


def test_earlier_texts_are_candidates_as_such(store: Store, engine: Engine) -> None:
    store.store([make_titled("One", "a"), make_titled("Two", "a", text="Quite another text.")], now=NOON)

    (candidate,) = find(engine, make_titled("Three", "b"))

    assert (candidate.title, candidate.earlier) == ("one", True)


def test_a_text_under_countless_titles_brings_its_lead_and_a_few_more(
    store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates_module, "CANDIDATES_PER_TEXT_MAX", 3)
    store.store([make_titled(f"Title {n}", str(n)) for n in range(6)], now=NOON)

    assert {each.title for each in find(engine, make_titled("New", "x"))} == {"title 0", "title 1", "title 2"}


def test_a_wall_neither_finds_nor_is_found(store: Store, engine: Engine) -> None:
    store.store([make_titled("One", "a"), make_titled("Two", "b", flags=("consent",))], now=NOON)

    assert find(engine, make_titled("Three", "c", flags=("consent",))) == ()
    assert [each.title for each in find(engine, make_titled("Three", "c"))] == ["one"]

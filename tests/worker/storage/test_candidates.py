from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article, make_text
from worker.dedup.fingerprint import Fingerprint, address_key_of, fingerprint
from worker.dedup.verdict import Candidate
from worker.storage import candidates as candidates_module
from worker.storage.arrival import Arrival
from worker.storage.candidates import find_candidates
from worker.storage.memory import Memory
from worker.storage.store import Store


def make_fingerprint(arrival: Arrival) -> Fingerprint:
    raw = arrival.raw
    return fingerprint(raw.source_key, raw.entry_key, raw.source, arrival.parsed, seen_at=raw.seen_at)


def find(engine: Engine, *arrivals: Arrival, now: datetime = NOON) -> tuple[Candidate, ...]:
    with engine.connect() as connection:
        return find_candidates(connection, [make_fingerprint(each) for each in arrivals], Memory(), now=now).candidates


def make_titled(title: str, source: str, **fields: Any) -> Arrival:
    return make_arrival(parsed=make_parsed_article(title=title, **fields), source_key=f"seed:{source}")


def test_an_empty_store_has_no_candidates(engine: Engine) -> None:
    assert find(engine, make_arrival()) == ()
    assert find(engine) == ()


def test_ones_own_article_comes_whole_and_others_by_what_decides(store: Store, engine: Engine) -> None:
    own = make_arrival()
    store.store([own, make_titled("Another", "b")], now=NOON)

    whole, other = sorted(find(engine, own), key=lambda each: each.article is None)

    assert (whole.title, whole.article) == ("night ferry returns to ostholm", own.parsed)
    assert (other.title, other.article) == ("another", None)
    assert other.reading == make_fingerprint(make_titled("Another", "b")).reading


def test_earlier_texts_are_candidates_as_such(store: Store, engine: Engine) -> None:
    store.store([make_titled("One", "a"), make_titled("Two", "a", text="Quite another text.")], now=NOON)

    current, earlier = sorted(find(engine, make_titled("Three", "b")), key=lambda each: each.earlier)

    assert (current.title, earlier.title, earlier.reading) == ("two", "one", None)


def test_a_near_identical_text_is_found_by_its_windows_with_the_text_itself(store: Store, engine: Engine) -> None:
    paragraphs = make_paragraphs(1, 6)
    store.store([make_titled("One", "a", text="\n\n".join(paragraphs)), make_titled("Two", "b")], now=NOON)

    (found,) = find(engine, make_titled("Three", "c", text="\n\n".join(paragraphs[2:])))

    assert found.title == "one"
    assert found.reading is not None
    assert found.reading.text == "\n\n".join(paragraphs)
    assert found.alone


def test_an_article_beyond_the_window_is_not_found_by_its_windows_any_more(store: Store, engine: Engine) -> None:
    paragraphs = make_paragraphs(1, 6)
    store.store([make_titled("One", "a", text="\n\n".join(paragraphs))], now=NOON)
    cut = make_titled("Three", "c", text="\n\n".join(paragraphs[2:]))

    assert len(find(engine, cut, now=NOON + timedelta(days=29))) == 1
    assert find(engine, cut, now=NOON + timedelta(days=31)) == ()


def test_what_another_source_has_at_the_same_address_is_a_candidate(store: Store, engine: Engine) -> None:
    url = "https://example.org/ferry"
    store.store([make_titled("One", "a", url=url)], now=NOON)

    (found,) = find(engine, make_titled("Two", "b", url=f"{url}/?utm_source=b", text=make_text(2)))

    assert (found.address_key, found.reading) == (address_key_of(url), None)


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

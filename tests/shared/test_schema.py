from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import schema
from shared.schema import (
    MalformedError,
    RawArticle,
    Stated,
    StatedAuthor,
    UnknownVersionError,
    pack_body,
    pack_meta,
    unpack,
)
from tests.factories import NOON, make_raw_article

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "wire" / "v1.json").read_text())


def test_a_message_of_version_1_is_still_read_whole() -> None:
    raw = unpack(json.dumps(GOLDEN["meta"]).encode(), base64.b64decode(GOLDEN["body_base64"]))
    assert json.loads(pack_meta(raw)) == GOLDEN["meta"]
    assert raw.body == b"<p>The ferry sails again.</p>"
    assert raw.raw_id == GOLDEN["raw_id"]


def test_a_message_from_before_an_optional_field_is_read_as_well() -> None:
    before = {name: value for name, value in GOLDEN["meta"].items() if name != "carried"}
    raw = unpack(json.dumps(before).encode(), base64.b64decode(GOLDEN["body_base64"]))
    assert (raw.carried, raw.raw_id) == (None, GOLDEN["raw_id"])


def test_the_golden_message_fills_every_field() -> None:
    assert set(GOLDEN["meta"]) - {"version"} == set(RawArticle.model_fields) - {"body"}
    assert set(GOLDEN["meta"]["stated"]) == set(Stated.model_fields)


@given(st.builds(bytes, st.binary(max_size=200)), st.text(max_size=50), st.lists(st.text(max_size=9), max_size=3))
def test_what_is_packed_is_unpacked(body: bytes, title: str, tags: list[str]) -> None:
    raw = make_raw_article(body=body, stated=Stated(title=title, tags=tuple(tags), authors=(StatedAuthor(name=title),)))
    assert unpack(pack_meta(raw), pack_body(raw)) == raw


def test_another_version_is_a_typed_error_and_no_guess() -> None:
    with pytest.raises(UnknownVersionError, match="99"):
        unpack(json.dumps({**GOLDEN["meta"], "version": 99}).encode(), pack_body(make_raw_article()))


@pytest.mark.parametrize(
    "meta",
    [
        b"",
        b"not JSON",
        b"[]",
        b"null",
        b"[" * 100_000,
        json.dumps({"version": 1}).encode(),
        json.dumps({**GOLDEN["meta"], "surprise": 1}).encode(),
        json.dumps({**GOLDEN["meta"], "kind": "video"}).encode(),
        json.dumps({**GOLDEN["meta"], "seen_at": "2026-03-01T11:05:00"}).encode(),
    ],
)
def test_meta_that_is_not_ours_is_a_typed_error(meta: bytes) -> None:
    with pytest.raises((MalformedError, UnknownVersionError)):
        unpack(meta, pack_body(make_raw_article()))


@pytest.mark.parametrize("body", [b"", b"not zlib", zlib.compress(b"cut short" * 99)[:-9]])
def test_a_body_that_is_not_whole_is_a_typed_error(body: bytes) -> None:
    with pytest.raises(MalformedError):
        unpack(pack_meta(make_raw_article()), body)


def test_a_bomb_is_not_inflated_beyond_the_bound() -> None:
    bomb = zlib.compress(b"\0" * (schema.BODY_BYTES_MAX + 1))
    with pytest.raises(MalformedError, match="longer than"):
        unpack(pack_meta(make_raw_article()), bomb)


def test_the_raw_id_speaks_of_source_entry_and_payload() -> None:
    raw = make_raw_article()
    others = [
        make_raw_article(source_key="seed:other"),
        make_raw_article(entry_key="two.txt"),
        make_raw_article(body=b"Other."),
        make_raw_article(kind="page"),
        make_raw_article(url="https://courier.example/1"),
        make_raw_article(stated=Stated(title="Ferry")),
        make_raw_article(timezone="Asia/Seoul"),
    ]
    assert len({raw.raw_id, *(other.raw_id for other in others)}) == 1 + len(others)
    assert len(raw.raw_id) == 32


def test_when_it_was_seen_and_how_it_came_are_not_part_of_the_raw_id() -> None:
    later = make_raw_article(seen_at=NOON.replace(hour=13), lane="live", replay=True, flags=("truncated",))
    assert later.raw_id == make_raw_article().raw_id

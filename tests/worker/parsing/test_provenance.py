from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from worker.parsing.article import Author, Origin, StatedTime
from worker.parsing.claims import Claims
from worker.parsing.provenance import SAID_CHARS_MAX, provenance


def at(local: str, offset: int | None = None, precision: str = "minute") -> StatedTime:
    return StatedTime(local=datetime.fromisoformat(local), offset_minutes=offset, precision=precision)  # type: ignore[arg-type]


def disagreeing(field: str, *layers: Claims) -> dict[Origin, str]:
    """What the layers behind the first say instead of it."""
    return dict(provenance({field: layers[0].origin}, layers)[field].disagree)


BO, ADA = Author(name="Bo Dahl"), Author(name="Ada Lund")
NINE = at("2021-02-03T09:05", 60)


@pytest.mark.parametrize(
    ("field", "name", "chosen", "other"),
    [
        ("title", "title", "Night ferry returns", "“Night Ferry” returns!"),
        ("title", "title", "Night ferry returns", "Night ferry returns to Ostholm"),
        ("authors", "authors", (BO, ADA), (Author(name="ADA LUND", email="ada@x.example"), Author(name="Bo  Dahl"))),
        ("published_at", "published", NINE, at("2021-02-03T08:05:30", 0, "second")),
        ("published_at", "published", NINE, at("2021-02-03T00:00", None, "day")),
        ("published_at", "published", NINE, at("2021-02-03T09:05")),
        ("text", "paragraphs", ("one two three four five",), ("one two three four",)),
    ],
)
def test_the_same_said_in_other_words_is_no_disagreement(field: str, name: str, chosen: Any, other: Any) -> None:
    assert disagreeing(field, Claims(origin="page", **{name: chosen}), Claims(origin="meta", **{name: other})) == {}


@pytest.mark.parametrize(
    ("field", "name", "chosen", "other", "said"),
    [
        ("title", "title", "Night ferry returns", "Ferry board votes", "Ferry board votes"),
        ("authors", "authors", (BO,), (BO, ADA), "Bo Dahl, Ada Lund"),
        ("published_at", "published", NINE, at("2021-02-03T09:05", 0), "2021-02-03T09:05:00+00:00"),
        ("published_at", "published", NINE, at("2021-02-03T09:35"), "2021-02-03T09:35:00"),
        ("published_at", "published", NINE, at("2021-02-05T00:00", None, "day"), "2021-02-05"),
        ("language", "language", "en", "ko", "ko"),
        ("text", "paragraphs", ("one two",), ("one two three four",), "4 words"),
    ],
)
def test_who_says_something_else_is_told_with_what_he_says(
    field: str, name: str, chosen: Any, other: Any, said: str
) -> None:
    layers = (Claims(origin="page", **{name: chosen}), Claims(origin="meta", **{name: other}), Claims(origin="url"))
    assert disagreeing(field, *layers) == {"meta": said}


def test_a_body_that_was_set_aside_still_speaks() -> None:
    layers = (Claims(origin="text", paragraphs=("one two three",)), Claims(origin="json_ld", set_aside=("one",)))
    assert disagreeing("text", *layers) == {"json_ld": "1 words"}


def test_what_others_say_is_cut() -> None:
    layers = (Claims(origin="page", title="Night ferry"), Claims(origin="meta", title="x" * 1_000))
    assert disagreeing("title", *layers) == {"meta": "x" * SAID_CHARS_MAX}


def test_a_field_that_nobody_stated_has_no_provenance() -> None:
    assert provenance({"title": None, "tags": "meta"}, [Claims(origin="meta")]).keys() == {"tags"}

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.dedup.content import content_hash, normalise


@given(st.text())
@example("ŉ")
@example("´")
@example("ΐ\u00ad\u0301")
@example("ﬃ ẞ İ")
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Ferry” ‘back’", "\"ferry\" 'back'"),
        ("He said « oui »", 'he said " oui "'),
        ("a  b\n\nc\u00a0d", "a b c d"),
        ("co\u00adoperate", "cooperate"),
        ("\ufeffFerry\u200b", "ferry"),
        ("Caf\u00e9", "Cafe\u0301"),
        ("STRASSE", "straße"),
        ("Ｆｅｒｒｙ ２", "ferry 2"),
        ("Oslo–Bergen", "Oslo-Bergen"),
    ],
)
def test_what_an_editing_system_changes_by_itself_is_no_difference(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"), [("2 dead", "3 dead"), ("resume", "resumé"), ("a b", "ab"), ("Yes.", "Yes?"), ("北京", "南京")]
)
def test_what_an_editor_changes_is_a_difference(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_only_an_empty_text_has_no_hash() -> None:
    assert content_hash(normalise(" \n\u200b ")) is None
    assert content_hash("a") is not None
    assert content_hash("a") != content_hash("b")

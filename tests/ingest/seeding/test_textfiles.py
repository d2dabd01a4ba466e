from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.seeding.textfiles import Decoded, NotText, decode_text

KOREAN = "한국도로공사는 3일 새벽 다리를 다시 열었다고 밝혔다. 다리는 두 주 동안 닫혀 있었다. " * 5


def test_utf_8_is_taken_as_it_is() -> None:
    assert decode_text("“Ferry”".encode()) == Decoded(text="“Ferry”", guessed=False)


def test_byte_order_marks_tell_the_encoding() -> None:
    assert decode_text("Fähre".encode("utf-16")) == Decoded(text="Fähre", guessed=False)
    assert decode_text("Fähre".encode("utf-8-sig")) == Decoded(text="Fähre", guessed=False)


def test_a_legacy_encoding_is_guessed_and_said_to_be() -> None:
    assert decode_text(KOREAN.encode("euc-kr")) == Decoded(text=KOREAN, guessed=True)


def test_binary_noise_is_no_text() -> None:
    assert isinstance(decode_text(os.urandom(5000)), NotText)
    assert isinstance(decode_text(b"\x7fELF\x02\x01\x01" + b"\0" * 200), NotText)


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(body: bytes) -> None:
    assert isinstance(decode_text(body), Decoded | NotText)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("La forêt brûlée serait replantée dès l'été « si possible », où l'on paie 5 € l'arbre. " * 4, "cp1252"),
        ("Ægir på Ålesund: Bjørn så en båt, og to måker fløy over. " * 4, "cp1252"),
        ("Łódź i Gdańsk: żółta łódka płynęła wśród mgły, a świt był już blisko. " * 6, "cp1250"),
        ("Паром отошёл от причала в полдень, на борту было сорок человек. " * 6, "cp1251"),
        ("항구 위원회는 화요일에 밤 여객선을 다시 띄우기로 했다. " * 8, "euc-kr"),
    ],
)
def test_text_without_a_statement_is_read_as_the_words_it_makes(text: str, encoding: str) -> None:
    decoded = decode_text(text.encode(encoding))
    assert decoded == Decoded(text=text, guessed=True)

from __future__ import annotations

import os

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

from __future__ import annotations

import codecs
import gzip

import pytest

from worker.parsing.decoding import Decoded, decoded

PAGE = "<html><body><p>Die Fähre fährt.</p><p>The ferry sails again tonight.</p></body></html>"
KOREAN = "섬 주민들은 밤배가 다시 다닌다는 소식을 반겼다. 표는 5월 1일부터 판다. " * 3


@pytest.mark.parametrize(
    ("body", "stated", "text", "guessed"),
    [
        ("밤배".encode("cp949"), "euc-kr", "밤배", False),
        ("Fähre".encode(), None, "Fähre", False),
        ("\ufeffFähre".encode(), "iso-8859-1", "Fähre", False),
        ("Fähre".encode("cp1252"), "utf-8", "F\ufffdhre", True),
        (b'<meta charset="iso-8859-15">F\xe4hre', None, '<meta charset="iso-8859-15">Fähre', False),
        (b'<meta charset="utf-16">ferry', None, '<meta charset="utf-16">ferry', False),
        (b"ferry", "base64", "ferry", False),
        (b"ferry", "no-such-set", "ferry", False),
        ("Fähre".encode(), "utf-16", "Fähre", True),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-", False),
        (b"\\x3cscript\\x3e", "unicode_escape", "\\x3cscript\\x3e", False),
    ],
)
def test_bytes_are_decoded_by_what_states_them_and_by_what_they_are(
    body: bytes, stated: str | None, text: str, guessed: bool
) -> None:
    found = decoded(body, stated=stated)
    assert (found.text, found.guessed) == (text, guessed)


def test_korean_pages_stated_as_chinese_are_read_when_they_are_utf8() -> None:
    assert decoded(("밤배가 다시 다닌다 " * 5).encode(), stated="gb2312").text.startswith("밤배가")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [PAGE, KOREAN])
def test_utf16_without_a_mark_is_told_by_its_zeros(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding)) == Decoded(text=text, guessed=True, controls=False)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_mark_settles_it(mark: bytes, encoding: str) -> None:
    assert decoded(mark + KOREAN.encode(encoding), stated="euc-kr") == Decoded(
        text=KOREAN, guessed=False, controls=False
    )


def test_a_few_zeros_are_control_characters_and_no_utf16() -> None:
    assert decoded(b"The fer\0ry sails again at dawn.") == Decoded(
        text="The ferry sails again at dawn.", guessed=False, controls=True
    )


def test_a_body_that_was_left_compressed_is_read_as_far_as_it_goes() -> None:
    zipped = gzip.compress("".join(f"<p>Line {number} of the service.</p>" for number in range(5_000)).encode())
    assert decoded(zipped).text.endswith("<p>Line 4999 of the service.</p>")
    half = decoded(zipped[: len(zipped) // 2])
    assert half.cut
    assert half.text.startswith("<p>Line 0 of the service.</p>")
    damaged = decoded(zipped[:2_000] + b"\0" * 2_000 + zipped[4_000:])
    assert damaged.cut
    assert damaged.text.startswith("<p>Line 0 of the service.</p>")


def test_a_bomb_is_inflated_to_its_bound() -> None:
    assert len(decoded(gzip.compress(b" " * (40 << 20))).text) == 32 << 20


def test_utf8_that_was_misread_once_is_mended_and_said() -> None:
    misread = "FÃ¤hre, BÃ¤cker, MÃ¼ller"
    assert decoded(misread.encode()) == Decoded(text="Fähre, Bäcker, Müller", guessed=True, controls=False)

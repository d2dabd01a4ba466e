from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents.charset import decode

FEED = '<?xml version="1.0" encoding="{}"?><rss><title>Häfen, 항구</title></rss>'
WESTERN = '<?xml version="1.0" encoding="{}"?><rss><title>Häfen – „Küste“</title></rss>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be", "euc-kr"])
def test_a_declared_encoding_is_read(encoding: str) -> None:
    name = "euc-kr" if encoding == "euc-kr" else "utf-8"
    text = FEED.format(name).replace("ä", "a") if encoding == "euc-kr" else FEED.format(name)
    decoded = decode(text.encode(encoding), None)
    assert (decoded.text.lstrip("\ufeff"), decoded.guessed) == (text, False)


def test_iso_2022_is_read_although_its_bytes_are_ascii() -> None:
    text = '<?xml version="1.0" encoding="iso-2022-jp"?><rss>港</rss>'
    assert decode(text.encode("iso-2022-jp"), None).text == text


def test_what_http_says_goes_before_what_the_document_says() -> None:
    data = WESTERN.format("iso-8859-2").encode("windows-1252")
    assert "Küste" in decode(data, "text/xml; charset=Windows-1252").text


def test_utf8_is_known_by_its_bytes_whatever_is_declared() -> None:
    assert "항구" in decode(FEED.format("iso-8859-1").encode(), "text/xml; charset=iso-8859-1").text


def test_the_windows_quotes_of_a_declared_latin_1_are_quotes() -> None:
    assert "– „Küste“" in decode(WESTERN.format("iso-8859-1").encode("windows-1252"), None).text


@pytest.mark.parametrize("name", ["utf-8", "klingon", "x" * 1_000_000, "utf-7", "rot13", "unicode_escape", "base64"])
def test_a_declaration_that_does_not_fit_is_a_guess_that_says_so(name: str) -> None:
    decoded = decode(WESTERN.format(name).encode("windows-1252"), None)
    assert decoded.guessed
    assert "Küste" in decoded.text


def test_one_bad_byte_in_utf8_costs_one_character() -> None:
    decoded = decode(FEED.format("utf-8").encode().replace("구".encode(), b"\xff"), None)
    assert (decoded.guessed, "Häfen, 항\ufffd" in decoded.text) == (True, True)


def test_utf_7_is_never_decoded_into_markup() -> None:
    assert "<script" not in decode(b'<?xml version="1.0" encoding="utf-7"?><t>+ADw-script+AD4-</t>', None).text


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=60)))
def test_no_bytes_make_it_raise(data: bytes, content_type: str | None) -> None:
    decode(data, content_type)
    decode(b'<?xml version="1.0" encoding="' + data + b'"?>', content_type)

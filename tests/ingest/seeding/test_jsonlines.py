from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.seeding.jsonlines import Line, LineError, read_line
from shared.schema import StatedAuthor


def read(**fields: Any) -> Line | LineError:
    return read_line(json.dumps(fields).encode())


def taken(**fields: Any) -> Line:
    line = read(**fields)
    assert isinstance(line, Line)
    return line


def refused(**fields: Any) -> str:
    line = read(**fields)
    assert isinstance(line, LineError)
    return line.reason


def test_a_line_holds_a_text_a_page_or_the_bytes_of_a_page() -> None:
    assert (taken(text="Ferry.").kind, taken(text="Ferry.").body) == ("text", b"Ferry.")
    assert (taken(html="<p>Ä").kind, taken(html="<p>Ä").body) == ("page", "<p>Ä".encode())
    page = "<p>Ä".encode("latin-1")
    assert taken(html_base64=base64.b64encode(page).decode()).body == page


def test_what_the_line_states_is_kept() -> None:
    line = taken(text="x", title="T", authors=["A B", {"name": "C", "email": "c@d.example"}], published_at="2026-03-01")
    assert line.stated.title == "T"
    assert line.stated.authors == (StatedAuthor(name="A B"), StatedAuthor(name="C", email="c@d.example"))
    assert line.stated.published_at == "2026-03-01"


def test_a_title_alone_is_an_article() -> None:
    assert taken(title="Ferry sinks").body == b""


def test_a_number_is_an_id_too_and_unknown_fields_are_let_through() -> None:
    assert taken(text="x", id=7, score=0.5).id == "7"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "x", "html": "y"}, "both text and html"),
        ({"id": "a"}, "neither text, html, html_base64 nor a title"),
        ({"text": 7}, "text holds a number and has to be a string"),
        ({"text": "x", "title": ["T"]}, "title holds a list and has to be a string"),
        ({"text": "x", "id": 1.5}, "id holds a number and has to be a string or an integer"),
        ({"text": "x", "url": {"a": 1}}, "url holds an object and has to be a string"),
        ({"text": "x", "language": False}, "language holds true or false and has to be a string"),
        ({"text": "x", "authors": [7]}, "authors has to be a string, or a list of strings"),
        ({"text": "x", "authors": [{"name": 7}]}, "authors has to be a string, or a list of strings"),
        ({"html_base64": "***"}, "not base64"),
        ({"text": "x", "timezone": "Mars/Olympus"}, "IANA"),
    ],
)
def test_what_is_wrong_with_a_line_is_one_sentence(fields: dict[str, Any], reason: str) -> None:
    assert reason in refused(**fields)


@pytest.mark.parametrize("line", [b"{", b"[]", b"7", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(line: bytes) -> None:
    assert isinstance(read_line(line), LineError)


def test_a_refused_line_still_tells_its_id() -> None:
    line = read(id="a7", text=None)
    assert isinstance(line, LineError)
    assert line.input_id == "a7"


def test_half_a_character_becomes_a_replacement_and_nothing_else_is_lost() -> None:
    line = read_line(b'{"text": "a \\ud800 b \\ud83d\\ude00", "title": "\\udfff"}')
    assert isinstance(line, Line)
    assert line.body.decode() == "a � b 😀"
    assert line.stated.title == "�"


@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: json.dumps({"text": text}).encode()))
def test_any_line_gets_an_answer(line: bytes) -> None:
    assert isinstance(read_line(line), Line | LineError)

"""Inputs that stall, cut or empty parsers: the text is right, or flagged, in time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.factories import make_raw_article
from worker.parsing import flags
from worker.parsing.article import ParsedArticle
from worker.parsing.markup import ELEMENTS_MAX
from worker.parsing.parser import parse

SENTENCE = "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years without one."
TEXT = f"<p>{SENTENCE}</p>"
SECONDS = 8.0
"""Of the processor, for one article; its budget is 10 s, and C code cannot be stopped before it returns."""


def page(body: str) -> str:
    return f"<html><head><title>Night ferry</title></head><body><article>{body}</article></body></html>"


def read(markup: str | bytes, kind: str = "page") -> ParsedArticle:
    body = markup if isinstance(markup, bytes) else markup.encode("utf-8", "surrogatepass")
    began = time.process_time()
    parsed = parse(make_raw_article(kind=kind, body=body))
    assert time.process_time() - began < SECONDS
    return parsed


NOTHING: tuple[str, ...] = ()
PARTIAL = (flags.PARTIAL,)
CONTROLS = (flags.CONTROL_CHARS_REMOVED,)


@pytest.mark.parametrize("kind", ["page", "fragment"])
@pytest.mark.parametrize(
    ("markup", "flagged"),
    [
        pytest.param(TEXT.replace("board", "bo\0ard"), CONTROLS, id="NUL"),
        pytest.param(f"<p>a &#0; b</p>{TEXT}", NOTHING, id="NUL-reference"),
        pytest.param(f"<p>a &#xD800; &#x110000; &#99999999999999999999; b</p>{TEXT}", NOTHING, id="odd-references"),
        pytest.param("<div>" * 300 + TEXT + "</div>" * 300, PARTIAL, id="300-divs"),
        pytest.param("<div>" * 5_000 + TEXT + "</div>" * 5_000, PARTIAL, id="5000-divs"),
        pytest.param("<div><span>" * 10_000 + TEXT, PARTIAL, id="20000-unclosed"),
        pytest.param("<div>" * 1_000_000 + TEXT, PARTIAL, id="million-unclosed"),
        pytest.param("<table><tr><td>" * 5_000 + TEXT, PARTIAL, id="nested-tables"),
        pytest.param(f"<p>{('x' * 99 + ' ') * 105_000}</p>{TEXT}", NOTHING, id="11-MB-node"),
        pytest.param(TEXT + "<a href='/x'>y</a>" * 200_000, PARTIAL, id="200000-links"),
        pytest.param(TEXT + "<img src='/x.jpg'>" * 200_000, PARTIAL, id="200000-images"),
        pytest.param(TEXT + "<br>" * 200_000, PARTIAL, id="200000-breaks"),
        pytest.param(f"<script>{'var a = `<p>x</p>`;' * 100_000}</script>{TEXT}", NOTHING, id="2-MB-script"),
        pytest.param(TEXT + "<script>" + "var a = `<p>x</p>`;" * 100_000, NOTHING, id="unclosed-script"),
        pytest.param(TEXT + "<!--" * 100_000, PARTIAL, id="comment-storm"),
        pytest.param(TEXT + "]]>" * 100_000, NOTHING, id="cdata-storm"),
        pytest.param(TEXT + "&" * 1_000_000, NOTHING, id="million-ampersands"),
        pytest.param(TEXT + "<" * 1_000_000, PARTIAL, id="million-brackets"),
        pytest.param(TEXT + f"<p {' '.join(f'a{n}=1' for n in range(50_000))}>x</p>", NOTHING, id="50000-attributes"),
        pytest.param(TEXT + f"<p class='{'x' * 1_000_000}'>x</p>", NOTHING, id="1-MB-attribute"),
    ],
)
def test_the_text_is_there_and_what_may_be_missing_is_flagged(markup: str, flagged: tuple[str, ...], kind: str) -> None:
    parsed = read(page(markup), kind)
    assert SENTENCE in parsed.text
    assert parsed.flags == flagged
    assert kind == "fragment" or parsed.title == "Night ferry"


def _bylines(count: int) -> str:
    return TEXT + "<span class='byline'>By Ada Lund</span>" * count


def _figures(count: int) -> str:
    return TEXT + "<figure><img><figcaption>The pier. Photo: Bo</figcaption></figure>" * (count // 3)


def _times(count: int) -> str:
    return TEXT + "<time datetime='2020-01-01'>x</time>" * count


def _headings(count: int) -> str:
    return TEXT + "<h1>Night ferry</h1>" * count


@pytest.mark.parametrize("crowd", [_bylines, _figures, _times, _headings])
def test_as_many_siblings_as_are_read_cost_no_more_than_an_article_may(crowd: Callable[[int], str]) -> None:
    parsed = read(page(crowd(ELEMENTS_MAX - 100)))
    assert SENTENCE in parsed.text
    assert flags.PARTIAL not in parsed.flags


def test_of_more_paragraphs_than_any_article_has_the_first_are_kept() -> None:
    parsed = read(page(TEXT + "<p>One two.</p>" * 60_000))
    assert parsed.text.startswith(SENTENCE)
    assert parsed.flags == PARTIAL


def test_a_deep_page_keeps_what_its_head_states() -> None:
    head = '<title>Night ferry</title><meta property="article:published_time" content="2021-02-03T07:05:00Z">'
    parsed = read(f"<html><head>{head}</head><body>{'<div>' * 3_000}{TEXT}</body></html>")
    assert parsed.published is not None
    assert (parsed.title, parsed.provenance["published_at"].origin) == ("Night ferry", "meta")


@pytest.mark.parametrize(
    "text",
    [
        f"{SENTENCE} " * 10_000,
        "By Ada Lund\n" * 100_000 + SENTENCE,
        "Published: Jan. 25, 2017 - 15:45\n" * 20_000 + SENTENCE,
        "x" * 2_000_000 + f"\n{SENTENCE}",
        "(" * 500_000 + SENTENCE,
        "a@b.c " * 100_000 + SENTENCE,
        f"By {'Ada Lund, ' * 50_000}\n{SENTENCE}",
        "\u00a0" * 1_000_000 + SENTENCE,
        "e" + "\u0301" * 500_000 + f" {SENTENCE}",
        "\u202e\u2066" * 10_000 + SENTENCE,
    ],
    ids=["one-line", "bylines", "dates", "word", "brackets", "addresses", "names", "blanks", "marks", "bidi"],
)
def test_raw_text_of_any_shape_keeps_its_words(text: str) -> None:
    assert SENTENCE in read(text, "text").text


@pytest.mark.parametrize("kind", ["page", "fragment", "text"])
def test_lone_surrogates_in_the_bytes_are_replaced_and_said(kind: str) -> None:
    parsed = read(page(TEXT + "<p>x \ud800\udfff\ud800 y</p>" * 3), kind)
    assert SENTENCE in parsed.text
    parsed.text.encode()
    assert flags.ENCODING_GUESSED in parsed.flags

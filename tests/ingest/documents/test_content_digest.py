from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents.content_digest import CONTENT_BYTES, content_digest

TEXT = "<p>The ferry to Vik sails again after the storm that closed the harbour.</p>"


def digest(body: str = TEXT, title: str | None = "Ferry sails", summary: str | None = None) -> bytes:
    return content_digest(title=title, body=body, summary=summary)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{TEXT}<p>12 comments</p>", f"{TEXT}<p>1,204 comments</p>"),
        (f"{TEXT} Comments (3)", f"{TEXT} Comments (4)"),
        (f"{TEXT} 1.2k views", f"{TEXT} 999 views"),
        (f"{TEXT} 댓글: 3", f"{TEXT} 댓글: 17"),
        (f"{TEXT} 5 minutes ago", f"{TEXT} 2 hours ago"),
        (f"{TEXT} just now", f"{TEXT} 1 min ago"),
        (f"{TEXT} vor 5 Minuten", f"{TEXT} vor 12 Stunden"),
        (f"{TEXT} 3분 전", f"{TEXT} 12시간 전"),
        (f"{TEXT} Last updated: 10:41", f"{TEXT} Last updated: 2026-03-03 11:02"),
        (f"{TEXT}<div class='ad-slot'>Buy a boat</div>", f"{TEXT}<div class='ad-slot'>Sell a boat</div>"),
        (f"{TEXT}<p>Advertisement: a boat</p>", f"{TEXT}<p>Advertisement: a car</p>"),
        (f"{TEXT}<p>Anzeige: ein Boot</p>", TEXT),
        (f"{TEXT}<div class=feedflare><a href='x'>Share this</a></div>", TEXT),
        (f"{TEXT}<img src='https://count.example/1.gif' width=1>", f"{TEXT}<img src='https://count.example/2.gif'>"),
        ("<p>Storm &amp; ferry</p>", "<p>Storm &#38; ferry</p>"),
        ("<p>“Storm” – ferry</p>", '<p>"Storm"  -\u200b ferry</p>'),
        ("<p>Straße</p>", "<p>STRASSE</p>"),
    ],
)
def test_noise_does_not_move_it(before: str, after: str) -> None:
    assert digest(before) == digest(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>12 dead in storm</p>", "<p>15 dead in storm</p>"),
        ("<p>Harbour 2, Vik 1</p>", "<p>Harbour 2, Vik 2</p>"),
        ("<p>She scored 12 points</p>", "<p>She scored 14 points</p>"),
        ("<p>He bought 12 shares</p>", "<p>He bought 14 shares</p>"),
        ("<p>The vote is on 3 March at 10:30</p>", "<p>The vote is on 4 March at 11:30</p>"),
    ],
)
def test_numbers_that_are_news_move_the_content_and_not_the_wording(before: str, after: str) -> None:
    assert digest(before)[:CONTENT_BYTES] != digest(after)[:CONTENT_BYTES]
    assert digest(before)[CONTENT_BYTES:] == digest(after)[CONTENT_BYTES:]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>Three dead in storm</p>", "<p>Four dead in storm</p>"),
        ("<p>The mayor denies it</p>", "<p>The mayor admits it</p>"),
        ("<p>Minus 5 degrees</p>", "<p>Plus 5 degrees</p>"),
        ("<div class='ad'>" + "The whole story. " * 60 + "</div>", "<div class='ad'>" + "Another. " * 100 + "</div>"),
        ("<div><p>Ad: a boat</p><p>Ferry sinks</p></div>", "<div><p>Ad: a boat</p><p>Ferry sails</p></div>"),
    ],
)
def test_other_words_move_both(before: str, after: str) -> None:
    assert digest(before)[:CONTENT_BYTES] != digest(after)[:CONTENT_BYTES]
    assert digest(before)[CONTENT_BYTES:] != digest(after)[CONTENT_BYTES:]


def test_title_and_summary_count() -> None:
    assert len({digest(), digest(title="Ferry sinks"), digest(title=None), digest(summary="It sails.")}) == 4


@given(st.text(max_size=300), st.text(max_size=30))
def test_no_text_raises(body: str, title: str) -> None:
    assert len(digest(body, title)) == len(digest(f"<div class='ad'>{body}", title)) == 8


@pytest.mark.parametrize(
    "piece", ["1 ", "(1", "<p class='ad'>", "1,1.1 1", "updated 1:", "12 views ", "&#1;", "<", "vor 1 "]
)
def test_no_text_takes_long(piece: str) -> None:
    body = piece * (200_000 // len(piece))
    started = time.process_time()
    digest(body)
    assert time.process_time() - started < 3

from __future__ import annotations

import pytest

from ingest.documents.entry import Entry
from ingest.documents.teasers import has_page, is_teaser

SENTENCE = "The ferry sailed from Varsland at dawn with forty people and two horses on board. "
LONG = "".join(f"<p>{SENTENCE * 4}</p>" for _ in range(5))
BRIEF = f"<p>{SENTENCE * 2}</p><p>{SENTENCE * 2}</p>"


@pytest.mark.parametrize(
    ("body", "summary", "teaser"),
    [
        pytest.param("", None, True, id="a title alone"),
        pytest.param("<p> </p><img src='x'>", None, True, id="a picture alone"),
        pytest.param(SENTENCE, SENTENCE.strip(), True, id="one sentence"),
        pytest.param(LONG, None, False, id="five paragraphs"),
        pytest.param(LONG, SENTENCE.strip(), False, id="five paragraphs beside a summary"),
        pytest.param(LONG.removesuffix("</p>") + "…</p>", None, True, id="long, but cut off"),
        pytest.param(LONG + "<p>And then [...]</p>", None, True, id="long, cut off in brackets"),
        pytest.param(LONG + '<p>But then [&#8230;] <a href="/1">&raquo;</a></p>', None, True, id="WordPress's cut"),
        pytest.param(BRIEF * 2, None, False, id="700 columns in paragraphs"),
        pytest.param(SENTENCE * 9, None, True, id="700 columns in one paragraph"),
        pytest.param(SENTENCE * 16, None, False, id="1,300 columns in one paragraph"),
        pytest.param(BRIEF, "A ferry sailed.", False, id="a brief with a shorter summary of its own"),
        pytest.param(BRIEF, f"{SENTENCE * 2}".strip(), True, id="hardly more than its summary"),
        pytest.param(
            SENTENCE * 3 + "The post Ferry sails appeared first on Varsland Courier.", None, True, id="a blog's footer"
        ),
        pytest.param(
            LONG + "<p>The post Ferry […] appeared first on Varsland Courier.</p>",
            None,
            False,
            id="a footer's own dots",
        ),
        pytest.param(
            LONG + '<p>Read more: <a href="/2">Horses at sea</a></p>', None, False, id="another article named"
        ),
        pytest.param(BRIEF * 2 + "<p><a>Read more</a></p>", None, True, id="an invitation"),
        pytest.param(BRIEF * 2 + "<p><a>Weiterlesen →</a></p>", None, True, id="an invitation in German"),
        pytest.param(BRIEF * 2 + "<p><a>続きを読む</a></p>", None, True, id="an invitation in Japanese"),
        pytest.param(LONG * 3 + "<p><a>Read more</a></p>", None, False, id="an invitation under a long article"),
        pytest.param("<p>배가 새벽에 항구를 떠났다.</p>" * 30, None, False, id="Korean says more in a character"),
        pytest.param("<p>배가 새벽에 항구를 떠났다.</p>" * 4, None, True, id="four short Korean sentences"),
    ],
)
def test_a_teaser_is_told_from_an_article(body: str, summary: str | None, teaser: bool) -> None:
    assert is_teaser(Entry(body=body, summary=summary)) is teaser


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (None, False),
        ("https://courier.example/2026/ferry", True),
        ("https://courier.example/ferry.html?x=.mp3", True),
        ("https://courier.example/episode.MP3", False),
        ("https://courier.example/report.pdf?x=1", False),
    ],
)
def test_a_link_to_a_sound_or_a_picture_leads_to_no_page(link: str | None, page: bool) -> None:
    assert has_page(Entry(link=link)) is page


def test_judging_a_long_hostile_body_takes_no_time() -> None:
    assert is_teaser(Entry(body="…" * 1_000_000)) is True
    assert is_teaser(Entry(body="The post " * 100_000)) is False
    assert is_teaser(Entry(body="<p>" * 300_000)) is True

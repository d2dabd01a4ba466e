"""The whole way: a raw article in, a parsed article out."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.schema import Carried, Stated, StatedAuthor
from tests.factories import NOON, make_raw_article
from worker.budget import time_budget
from worker.parsing import flags
from worker.parsing.article import Author
from worker.parsing.parser import parse
from worker.record import parsed_fields, print_time
from worker.settings import WorkerSettings

BODY = (
    "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years without one.",
    "“We have been waiting for this since the bridge closed,” said Marit Olsen, who runs the bakery at the pier.",
    "Tickets will be sold from the first of May, and the islanders will pay half of what visitors pay for them.",
)
COPY = "\n".join(
    (
        "Published : Feb. 3, 2021 - 07:05",
        BODY[0],
        "Harbour master Ida Krog (Yonhap)",
        BODY[1],
        "The night ferry at the pier of Ostholm (Yonhap)",
        BODY[2],
        "By Ragna Lind-Holm (",
        "lind@example.org)",
    )
)


def test_raw_copy_gives_its_byline_broken_over_two_lines_its_time_and_its_captions() -> None:
    parsed = parse(make_raw_article(body=COPY.encode(), timezone="Asia/Seoul"))
    assert parsed.authors == (Author(name="Ragna Lind-Holm", email="lind@example.org"),)
    assert parsed.published is not None
    assert print_time(parsed.published) == "2021-02-03T07:05:00+09:00"
    assert parsed.published.precision == "minute"
    assert parsed.captions == (
        "Harbour master Ida Krog (Yonhap)",
        "The night ferry at the pier of Ostholm (Yonhap)",
    )
    assert parsed.text == "\n\n".join(BODY)
    assert (parsed.language, parsed.title, parsed.flags) == ("en", None, ())
    origins = {name: each.origin for name, each in parsed.provenance.items()}
    assert origins | {"authors": "text", "published_at": "text", "text": "text"} == origins


def test_a_time_without_a_zone_stays_as_stated_and_is_flagged() -> None:
    parsed = parse(make_raw_article(body=COPY.encode()))
    assert parsed.published is not None
    assert print_time(parsed.published) == "2021-02-03T07:05:00"
    assert parsed.flags == (flags.ZONE_UNKNOWN,)


def test_a_mere_day_needs_no_zone() -> None:
    parsed = parse(make_raw_article(body=f"Published: February 3, 2021\n{BODY[0]}\n{BODY[1]}".encode()))
    assert parsed_fields(parsed)["published_at"] == "2021-02-03"
    assert parsed.flags == ()


@pytest.mark.corpus
def test_the_raw_article_that_the_project_exists_for_is_read_exactly() -> None:
    shared = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[4] / "shared"))
    sample = shared / "raw" / "korea-herald-2017-01-25.txt"
    if not sample.is_file():
        pytest.skip(f"no evaluation data in {shared}")
    lines = sample.read_text(encoding="utf-8").split("\n")
    parsed = parse(make_raw_article(body=sample.read_bytes(), timezone="Asia/Seoul"))
    assert [(person.name, person.email) for person in parsed.authors] == [("Yeo Jun-suk", "jasonyeo@heraldcorp.com")]
    assert parsed_fields(parsed)["published_at"] == "2017-01-25T15:45:00+09:00"
    assert parsed.captions == (lines[4], lines[9])
    assert parsed.text.split("\n\n") == [line for line in lines[1:13] if line not in parsed.captions]
    assert (parsed.language, parsed.title, parsed.flags) == ("en", None, ())


PAGE = """<!doctype html><html lang="en-GB"><head><title>Night ferry returns | The Islander</title>
<meta property="og:site_name" content="The Islander"><meta property="og:title" content="Night ferry returns">
<link rel="canonical" href="/2021/02/03/ferry"><script type="application/ld+json">{"@type": "NewsArticle",
"headline": "Night ferry returns", "datePublished": "2021-02-03T07:05:10Z", "dateModified": "2021-02-03T09:00:00Z",
"author": [{"@type": "Person", "name": "Ragna Lind", "url": "https://islander.example/by/lind"}],
"publisher": {"@type": "Organization", "name": "The Islander"}, "articleSection": "Sea", "keywords": "ferries, ports"}
</script></head><body><nav>Home News Sport</nav><article><h1>Night ferry returns</h1><p class="byline">By Ragna Lind</p>
<figure><img src="/a.jpg"><figcaption>The ferry at the pier. Photo: Bo Dahl</figcaption></figure>%s</article>
<footer>© 2021 The Islander</footer></body></html>""".replace("%s", "".join(f"<p>{part}</p>" for part in BODY * 3))


def test_a_page_states_shows_and_tells() -> None:
    parsed = parse(
        make_raw_article(kind="page", body=PAGE.encode(), url="https://islander.example/2021/02/03/ferry?x=1")
    )
    fields = parsed_fields(parsed)
    assert fields["title"] == "Night ferry returns"
    assert fields["authors"] == [{"name": "Ragna Lind", "email": None, "url": "https://islander.example/by/lind"}]
    assert fields["published_at"] == "2021-02-03T07:05:10+00:00"
    assert fields["modified_at"] == "2021-02-03T09:00:00+00:00"
    assert fields["captions"] == ["The ferry at the pier. Photo: Bo Dahl"]
    assert fields["canonical_url"] == "https://islander.example/2021/02/03/ferry"
    assert (fields["publisher"], fields["section"], fields["tags"]) == ("The Islander", "Sea", ["ferries", "ports"])
    assert fields["language"] == "en"
    assert BODY[0] in fields["text"]
    assert "Bo Dahl" not in fields["text"]
    assert "By Ragna" not in fields["text"]
    assert "Home News" not in fields["text"]
    assert fields["flags"] == []
    assert parsed.provenance["published_at"].origin == "json_ld"


def test_what_a_person_stated_with_the_seed_goes_before_the_page_and_a_feed_after_it() -> None:
    stated = Stated(title="A title of one's own", authors=(StatedAuthor(name="Bo Dahl"),))
    seed = parse(make_raw_article(kind="page", body=PAGE.encode(), stated=stated))
    feed = parse(make_raw_article(kind="page", body=PAGE.encode(), stated=stated, source_key="feed:https://x.example/"))
    assert (seed.title, seed.authors[0].name, seed.provenance["authors"].origin) == (
        "A title of one's own",
        "Bo Dahl",
        "seed",
    )
    assert (feed.title, feed.authors[0].name, feed.provenance["authors"].origin) == (
        "Night ferry returns",
        "Ragna Lind",
        "json_ld",
    )


def test_a_bare_div_handed_in_as_a_page_is_read_as_the_fragment_it_is() -> None:
    markup = f"<div><p>{BODY[0]}</p><p>{BODY[1]}</p><p>(Reporting by Ida Krog in Ostholm; Editing by Bo Dahl)</p></div>"
    parsed = parse(make_raw_article(kind="page", body=markup.encode()))
    assert parsed.text == f"{BODY[0]}\n\n{BODY[1]}"
    assert [person.name for person in parsed.authors] == ["Ida Krog"]


def test_a_marked_dateline_of_a_fragment_is_its_dateline() -> None:
    markup = f'<p><span class="articleLocation">OSTHOLM, Denmark</span> {BODY[0]}</p>'
    parsed = parse(make_raw_article(kind="fragment", body=markup.encode()))
    assert parsed.dateline == "OSTHOLM, Denmark"
    assert parsed.text == BODY[0]


@pytest.mark.parametrize("depth", [300, 20_000])
def test_nested_elements_lose_no_text_and_the_record_says_that_it_was_hard(depth: int) -> None:
    markup = "<html><body>" + "<div>" * depth + f"<p>{BODY[0]}</p>" + "</div>" * depth + "</body></html>"
    parsed = parse(make_raw_article(kind="page", body=markup.encode()))
    assert BODY[0] in parsed.text
    assert flags.PARTIAL in parsed.flags


def test_a_text_node_of_ten_megabytes_does_not_swallow_what_follows() -> None:
    markup = f"<div><p>{BODY[0]}</p><p>{'long ' * 2_200_000}</p><p>{BODY[1]}</p></div>"
    parsed = parse(make_raw_article(kind="fragment", body=markup.encode()))
    assert BODY[0] in parsed.text
    assert BODY[1] in parsed.text


def test_nul_and_control_characters_go_and_are_flagged() -> None:
    parsed = parse(make_raw_article(body=f"{BODY[0]}\0\x08\n{BODY[1]}".encode()))
    assert parsed.text == f"{BODY[0]}\n\n{BODY[1]}"
    assert parsed.flags == (flags.CONTROL_CHARS_REMOVED,)
    page = parse(make_raw_article(kind="page", body=PAGE.replace("voted", "vo\0ted").encode()))
    assert BODY[2] in page.text
    assert flags.CONTROL_CHARS_REMOVED in page.flags


@pytest.mark.parametrize(
    ("body", "charset", "guessed"),
    [
        (PAGE.replace("harbour", "Häfen").encode("cp1252"), "iso-8859-1", False),
        (PAGE.replace("harbour", "Häfen").encode("utf-8"), "iso-8859-1", True),
        (PAGE.replace("harbour", "Häfen").encode("cp1252"), None, True),
        (PAGE.replace("harbour", "Häfen").encode("utf-16"), "utf-8", False),
        (PAGE.replace("harbour", "Häfen").encode("utf-8"), "no-such-charset", False),
    ],
)
def test_a_wrong_charset_is_seen_through_and_flagged(body: bytes, charset: str | None, guessed: bool) -> None:
    parsed = parse(make_raw_article(kind="page", body=body, charset=charset))
    assert "The Häfen board" in parsed.text
    assert (flags.ENCODING_GUESSED in parsed.flags) is guessed


def test_bytes_that_are_no_utf8_in_a_text_are_replaced_and_flagged() -> None:
    parsed = parse(make_raw_article(body=BODY[0].encode() + b" \xff\xfe"))
    assert parsed.text.startswith(BODY[0])
    assert flags.ENCODING_GUESSED in parsed.flags


def test_an_empty_body_is_said_to_have_no_text() -> None:
    for kind in ("text", "page", "fragment"):
        assert parse(make_raw_article(kind=kind, body=b"")).flags == (flags.NO_TEXT,)


def test_a_date_out_of_this_world_is_refused_and_flagged() -> None:
    late = (NOON + timedelta(days=9)).isoformat()
    for stated in (late, "0001-01-01T00:00:00Z", "31 Feb 2020", "9" * 100_000):
        parsed = parse(make_raw_article(stated=Stated(published_at=stated)))
        assert parsed.published is None
        assert flags.DATE_INVALID in parsed.flags


def test_flags_of_the_raw_article_are_kept_in_order() -> None:
    parsed = parse(make_raw_article(body=b"", flags=("truncated", "page_unavailable")))
    assert parsed.flags == ("no_text", "page_unavailable", "truncated")


def test_the_article_module_alone_stays_cheap_to_import() -> None:
    check = "import sys, worker.parsing.article; sys.exit('trafilatura' in sys.modules or 'lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


PARSE_SECONDS = WorkerSettings.model_fields["parse_seconds"].default
HOSTILE = (
    "By " + "A" * 1_000_000,
    "By " + "Aa Bb, " * 150_000,
    "(Reporting by " + "Aa Bb; " * 150_000,
    "1/" * 500_000,
    "12.12." * 160_000,
    "may " * 250_000,
    "\n".join(["By A B ("] * 100_000),
    "\n".join(["© x /" * 20] * 10_000),
    "a@" * 500_000,
    "a.a@a.a.a" * 100_000,
    "(" * 1_000_000,
    "A" + " (AP) —" * 150_000,
    "<" * 1_000_000,
    "<div " * 200_000,
    "<a x=1 " * 140_000,
    "&amp;" * 200_000,
    "<p>" * 300_000,
    "<!--" * 250_000,
    "<script>" * 120_000,
    '<script type="application/ld+json">' + "[" * 900_000,
    "<meta " * 160_000,
    "<html><body>" + "<h1 class=author>A B</h1>" * 40_000,
)


@pytest.mark.parametrize("kind", ["text", "page", "fragment"])
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_megabyte_of_hostile_text_stays_within_the_time_of_one_article(kind: str, hostile: str) -> None:
    with time_budget(PARSE_SECONDS):  # a quadratic pattern takes minutes here
        parsed = parse(make_raw_article(kind=kind, body=hostile.encode()))
    assert set(parsed.flags) <= set(flags.MEANING)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=st.one_of(
        st.binary(max_size=400), st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass"))
    ),
    kind=st.sampled_from(["text", "page", "fragment"]),
    markup=st.booleans(),
    stated=st.text(max_size=80),
)
def test_any_bytes_are_read(body: bytes, kind: str, markup: bool, stated: str) -> None:
    body = b"<html><head><title>x</title></head><body><p>" + body if markup else body
    raw = make_raw_article(
        kind=kind,
        body=body,
        charset=stated,
        url=stated,
        timezone=stated,
        stated=Stated(title=stated, published_at=stated, authors=(StatedAuthor(name=stated, email=stated),)),
    )
    parsed = parse(raw)
    assert set(parsed.flags) <= set(flags.MEANING)
    for value in (parsed.text, parsed.title or "", *parsed.captions, *(person.name for person in parsed.authors)):
        value.encode("utf-8")
        assert "\0" not in value


WALL = (
    "<html><head><title>Cookies</title></head><body><h1>Cookies</h1>"
    "<p>We and our partners store cookies. Please accept all cookies to continue, or manage consent.</p>"
    "<button>Accept all</button></body></html>"
)
CARRIED = Carried(body="<p>The ferry sails again, the harbour says.</p>", url="https://x.example/1?from=rss")


@pytest.mark.parametrize("page", ["", "<html><body></body></html>", WALL], ids=["nothing", "no text", "a wall"])
def test_a_page_that_is_no_article_leaves_what_the_feed_carries(page: str) -> None:
    raw = make_raw_article(
        kind="page", body=page.encode(), url="https://consent.example/", from_page=True, carried=CARRIED
    )
    parsed = parse(raw)
    assert parsed.text == "The ferry sails again, the harbour says."
    assert parsed.url == "https://x.example/1?from=rss"
    assert {"page_unavailable", "page_wall"} <= set(parsed.flags)
    assert not flags.HIDDEN.intersection(parsed.flags)


def test_a_page_that_is_an_article_is_read_and_not_what_the_feed_carries() -> None:
    raw = make_raw_article(kind="page", body=PAGE.encode(), from_page=True, carried=CARRIED)
    alone = make_raw_article(kind="page", body=PAGE.encode(), from_page=True)
    assert parse(raw) == parse(alone)


def test_a_page_that_is_no_article_stays_what_it_is_where_the_feed_carries_nothing() -> None:
    raw = make_raw_article(kind="page", body=WALL.encode(), from_page=True, carried=Carried(body="<br>"))
    assert "page_wall" not in parse(raw).flags

from __future__ import annotations

from tests.factories import make_raw_article
from worker.parsing.parser import parse

STORY = "".join(
    f"<p>The harbour board of Ostholm voted on day {day} to bring the night ferry back after eleven years.</p>"
    for day in range(8)
)


def test_a_page_that_marks_nothing_is_read_by_the_conventions_of_copy() -> None:
    parsed = parse(
        make_raw_article(
            kind="page",
            body=f"<html lang=en><body><h1>Night ferry returns to Ostholm</h1><p>By Ragna Lind</p>"
            f"<p>3 February 2021</p>{STORY}</body></html>".encode(),
        )
    )
    assert [person.name for person in parsed.authors] == ["Ragna Lind"]
    assert parsed.published is not None
    assert parsed.published.local.date().isoformat() == "2021-02-03"
    assert parsed.provenance["authors"].origin == "page"


def test_a_day_in_the_address_is_the_last_resort() -> None:
    parsed = parse(
        make_raw_article(
            kind="page", body=f"<html><body>{STORY}</body></html>".encode(), url="https://x.example/2021/02/03/ferry"
        )
    )
    assert parsed.provenance["published_at"].origin == "url"


def test_the_body_stated_in_json_ld_is_taken_only_where_the_page_holds_much_less() -> None:
    stated = "The night ferry of Ostholm sails again. " * 150
    long = parse(make_raw_article(kind="page", body=markup(stated, STORY)))
    assert long.provenance["text"].origin == "json_ld"
    assert long.word_count > 1_000
    teaser = parse(make_raw_article(kind="page", body=markup(stated[:300], STORY)))
    assert teaser.provenance["text"].origin == "text"
    assert teaser.word_count > 100


def markup(stated: str, story: str) -> bytes:
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{stated}"}}</script>'
    return f"<html><head>{script}</head><body><article>{story}</article></body></html>".encode()


def test_markup_without_any_text_is_said_to_have_none() -> None:
    parsed = parse(make_raw_article(kind="page", body=b"<html><body><script>var x = 1</script></body></html>"))
    assert "no_text" in parsed.flags


def test_byline_standfirst_and_closing_note_repeated_in_the_body_go_to_their_fields() -> None:
    standfirst = "The board of Ostholm brings the ferry back"
    head = f"<h1>Night ferry returns to Ostholm</h1><p class=standfirst>{standfirst}</p><p>By Ragna Lind</p>"
    note = "<p>Write to the author: ragna@islander.example</p>"
    page = f"<html lang=en><body><article>{head}{STORY}{note}</article></body></html>"
    parsed = parse(make_raw_article(kind="page", body=page.encode()))
    assert parsed.subtitle == standfirst
    assert [(person.name, person.email) for person in parsed.authors] == [("Ragna Lind", "ragna@islander.example")]
    assert len(parsed.text.split("\n\n")) == 8
    assert standfirst not in parsed.text
    assert "Ragna" not in parsed.text


def test_with_an_agency_stated_a_person_is_looked_for_and_has_to_be_announced() -> None:
    def authors(line: str) -> list[str]:
        head = '<meta name=author content="Norwire News">'
        page = f"<html lang=de><head>{head}</head><body><h1>Night ferry returns to Ostholm</h1>{line}{STORY}"
        return [person.name for person in parse(make_raw_article(kind="page", body=page.encode())).authors]

    menu = "".join(f"<p>Menu entry {letter}</p>" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert authors("<p>Autorin: Ida Krog</p>") == ["Ida Krog"]
    assert authors(f"<p>Ida Krog</p>{STORY}{menu}") == []


def test_the_windows_title_names_the_publisher_where_nothing_states_it() -> None:
    page = f"<html><head><title>Night ferry returns - The Islander</title></head><body>{STORY}</body></html>"
    parsed = parse(make_raw_article(kind="page", body=page.encode(), url="https://islander.example/a"))
    assert (parsed.publisher, parsed.provenance["publisher"].origin) == ("The Islander", "page")


def test_a_sign_off_names_the_reporters_and_is_no_text() -> None:
    end = "<p>(Reporting by Ragna Lind in Ostholm; Editing by Bo Dahl)</p>"
    body = f"<html><body><article><h1>Night ferry</h1>{STORY}{end}</article></body></html>"
    parsed = parse(make_raw_article(kind="page", body=body.encode()))
    assert [person.name for person in parsed.authors] == ["Ragna Lind"]
    assert "Reporting by" not in parsed.text
    assert parsed.text.endswith("after eleven years.")


def test_a_box_about_the_author_is_no_caption() -> None:
    box = "<figure><img src='a.png'><figcaption>{}</figcaption></figure>"
    figures = box.format("About the author: Ragna Lind writes on ferries") + box.format("The pier of Ostholm")
    body = f"<html><body><article><h1>Night ferry</h1>{STORY}{figures}</article></body></html>"
    assert parse(make_raw_article(kind="page", body=body.encode())).captions == ("The pier of Ostholm",)


def test_a_standfirst_in_a_type_called_caption_is_text() -> None:
    lead = "<h2 class='teaser caption-s5'>After eleven years the islanders get their ferry back, and nobody pays.</h2>"
    body = f"<html><body><div><h1>Night ferry</h1>{lead}<img src='a.png'></div><div>{STORY}</div></body></html>"
    parsed = parse(make_raw_article(kind="page", body=body.encode()))
    assert parsed.captions == ()
    assert parsed.text.startswith("After eleven years the islanders")

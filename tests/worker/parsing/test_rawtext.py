"""The conventions of news copy, one by one."""

from __future__ import annotations

from worker.parsing.claims import Claims
from worker.parsing.rawtext import claims
from worker.parsing.shape import paragraphs_of

PROSE = (
    "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years without one.",
    "“We have been waiting for this since the bridge closed,” said Marit Olsen, who runs the bakery at the pier.",
)


def read(*lines: str, title: str | None = None) -> Claims:
    return claims(paragraphs_of("\n".join(lines)), stated_title=title)


def names(found: Claims) -> list[str]:
    return [person.name for person in found.authors]


def test_headline_byline_date_and_body() -> None:
    found = read("Night ferry returns to Ostholm", "By Ragna Lind", "May 31, 2019 | 12:50 PM", *PROSE)
    assert found.title == "Night ferry returns to Ostholm"
    assert names(found) == ["Ragna Lind"]
    assert found.published is not None
    assert found.paragraphs == PROSE


def test_nothing_that_no_convention_names_is_lost() -> None:
    found = read(*PROSE, "What comes next", PROSE[0].replace("voted", "votes"), "Fares in crowns", "Adults 120")
    assert len(found.paragraphs) == 6
    assert found.title is None


def test_a_stated_title_is_taken_out_where_it_is_repeated() -> None:
    found = read("(LEAD) Night ferry returns", *PROSE, title="Night ferry returns")
    assert found.paragraphs == PROSE


def test_updated_says_nothing_of_publication() -> None:
    found = read("Night ferry returns", "Updated: May 31, 2019 8:00 a.m.", *PROSE)
    assert found.published is None
    assert found.modified is not None


def test_published_and_updated_on_one_line_are_told_apart() -> None:
    found = read("Publié le 07 mai 2019 à 13h59 - Mis à jour le 08 mai 2019 à 10h00", *PROSE)
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.local.day, found.modified.local.day) == (7, 8)


def test_wire_copy_is_unwrapped_and_its_dateline_and_sign_off_go() -> None:
    copy = (
        "26-FEB-1987 15:07:13.72\nISLAND FERRY <ISF> SETS DIVIDEND\n\n    OSTHOLM, Feb 26 - \n\n"
        "Island Ferry Inc said it\n"
        "will pay a dividend of ten cts a share to\nall holders of record in the spring.\n"
        "    The company said it had paid none\nfor eleven years because of the bridge.\n Reuter\n"
    )
    found = claims(paragraphs_of(copy))
    assert found.title == "ISLAND FERRY <ISF> SETS DIVIDEND"
    assert found.dateline == "OSTHOLM, Feb 26"
    assert found.agency == "Reuter"
    assert found.paragraphs == (
        "Island Ferry Inc said it will pay a dividend of ten cts a share to all holders of record in the spring.",
        "The company said it had paid none for eleven years because of the bridge.",
    )


def test_reporters_of_a_sign_off_are_the_authors_where_there_is_no_byline() -> None:
    sign_off = "(Reporting by Ida Krog in Ostholm, and by Bo Dahl; Editing by Ragna Lind)"
    found = read(*PROSE, sign_off)
    assert names(found) == ["Ida Krog", "Bo Dahl"]
    assert found.paragraphs == PROSE
    assert names(read("By Marit Berg", *PROSE, sign_off)) == ["Marit Berg"]


def test_korean_datelines_name_agency_and_reporter_and_the_address_follows_the_text() -> None:
    found = read("(동섬=바다통신) 홍길순 기자 = 섬 주민들은 밤배가 다시 다닌다는 소식을 반겼다. hong@example.co.kr")
    assert [(person.name, person.email) for person in found.authors] == [("홍길순", "hong@example.co.kr")]
    assert (found.dateline, found.agency) == ("동섬", "바다통신")
    assert found.paragraphs == ("섬 주민들은 밤배가 다시 다닌다는 소식을 반겼다.",)


def test_an_address_that_signs_alone_is_nobodys_name_and_no_text() -> None:
    found = read(*PROSE, "desk@example.org")
    assert (found.authors, found.emails) == ((), ("desk@example.org",))
    assert found.paragraphs == PROSE


def test_an_address_in_a_sentence_belongs_to_the_text() -> None:
    found = read("By Ragna Lind", *PROSE, "For tickets write to harbour@example.org")
    assert found.authors[0].email is None
    assert found.paragraphs[-1] == "For tickets write to harbour@example.org"


def test_the_last_paragraph_signed_by_an_agency_keeps_its_text() -> None:
    found = read(*PROSE, "The board meets again in May, she said. (Yonhap)", "By Ragna Lind")
    assert (found.captions, found.agency) == ((), "Yonhap")
    assert found.paragraphs == (*PROSE, "The board meets again in May, she said.")


def test_captions_with_credits_that_nobody_knows_leave_the_text() -> None:
    captions = (
        "The chairwoman of the harbour board, Ilse Maar (Norwire)",
        "The harbour master of Ostholm (Bo Dahl/The Islander)",
        "The chairwoman speaks at a briefing on Monday. (Yonhap)",
    )
    found = read(PROSE[0], *captions, PROSE[1], "By Odd Berger (berger@example.org)")
    assert found.captions == captions
    assert found.paragraphs == PROSE


def test_separators_and_closing_notes_go() -> None:
    found = read("By Ragna Lind", *PROSE, "___", "Harrowmere Evening Post staff contributed to this report.")
    assert found.paragraphs == PROSE
    found = read("By Ragna Lind and Bo Dahl", *PROSE, "Write to the authors: bo.dahl@example.org")
    assert [person.email for person in found.authors] == [None, "bo.dahl@example.org"]
    assert found.paragraphs == PROSE


def test_korean_captions_copyright_and_times_of_sending_go() -> None:
    text = ("동섬시가 봄부터 밤배를 다시 띄운다고 화요일에 밝혔다.", "섬 주민들은 오래 기다린 소식이라며 반겼다.")
    found = read(
        "(동섬=바다통신) 홍길동 기자 = " + text[0],
        "동섬 나루터의 밤배 모습. [동섬시 제공]",
        text[1],
        "hong@example.org",
        "<저작권자(c) 바다통신, 무단 전재-재배포 금지>",
        "송고시간 2021/05/18 14:32",
    )
    assert found.paragraphs == text
    assert found.captions == ("동섬 나루터의 밤배 모습. [동섬시 제공]",)
    assert [(person.name, person.email) for person in found.authors] == [("홍길동", "hong@example.org")]
    assert found.published is not None
    assert found.published.local.hour == 14


def test_a_byline_glued_to_the_first_sentence_parts_headline_and_text() -> None:
    found = read("밤배가 봄에 다시 온다[동섬일보 홍길동 기자] 동섬시가 봄부터 밤배를 다시 띄운다고 화요일에 밝혔다.")
    assert found.paragraphs == ("밤배가 봄에 다시 온다", "동섬시가 봄부터 밤배를 다시 띄운다고 화요일에 밝혔다.")
    assert names(found) == ["홍길동"]


def test_a_credit_line_makes_the_line_above_it_a_caption() -> None:
    found = read("Night ferry returns", "The ferry at the pier of Ostholm", "Foto: Bo Dahl", *PROSE)
    assert found.captions == ("The ferry at the pier of Ostholm Foto: Bo Dahl",)
    assert found.paragraphs == PROSE


def test_a_caption_that_is_the_whole_article_stays_readable() -> None:
    caption = "The night ferry leaves Ostholm, Feb. 3, 2021. (AP Photo/Bo Dahl)"
    found = read(caption)
    assert (found.captions, found.paragraphs) == ((caption,), (caption,))


def test_a_name_beside_the_date_is_a_byline_and_a_menu_entry_is_not() -> None:
    assert names(read("Night ferry returns", "Ragna Lind", "31. Mai 2019", *PROSE)) == ["Ragna Lind"]
    assert names(read("Night ferry returns", "Recent Posts", "31. Mai 2019", *PROSE, "See the recent posts.")) == []


def test_of_a_whole_page_only_the_article_is_kept() -> None:
    menu = [f"Menu entry {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    page = [*menu, "Night ferry returns to Ostholm", "By", "Ragna Lind", "March 3, 2021", *PROSE, *menu]
    found = read(*page)
    assert found.paragraphs == PROSE
    assert found.title == "Night ferry returns to Ostholm"
    assert names(found) == ["Ragna Lind"]


def test_advertisements_and_read_more_lines_go() -> None:
    found = read(PROSE[0], "ADVERTISEMENT", "Read more: The bridge that closed", "Lesen Sie auch: Die Brücke", PROSE[1])
    assert found.paragraphs == PROSE


def test_empty_text_gives_empty_claims() -> None:
    assert claims([]).paragraphs == ()

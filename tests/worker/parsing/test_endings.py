from __future__ import annotations

import pytest

from worker.parsing.article import Author
from worker.parsing.endings import addressed, ending


@pytest.mark.parametrize(
    ("paragraph", "rest", "emails", "people"),
    [
        ("She agreed. lind@example.org(END)", "She agreed.", ("lind@example.org",), []),
        ("lind@example.org", "", ("lind@example.org",), []),
        ("배가 온다고 말했다. hong@example.org, kim@example.org", "배가 온다고 말했다.", 2, []),
        ("배가 온다고 말했다.홍길동 기자 hong@example.org", "배가 온다고 말했다.", ("hong@example.org",), ["홍길동"]),
        ("배가 온다고 말했다.동섬=홍길동 기자 hong@example.org", "배가 온다고 말했다.", 1, ["홍길동"]),
        ("배가 온다고 말했다.[ 홍길동 기자 / hong@example.org]", "배가 온다고 말했다.", 1, ["홍길동"]),
        ("배가 온다고 말했다. hong@example.org 홍길동 김새별 기자", "배가 온다고 말했다.", 1, ["홍길동", "김새별"]),
        (
            "배가 왔습니다. OO뉴스 홍길동입니다. [ hong@example.org ]",
            "배가 왔습니다. OO뉴스 홍길동입니다.",
            1,
            ["홍길동"],
        ),
        ("배가 온다. 2025.12.28 hong@example.org", "배가 온다. 2025.12.28", 1, []),
        ("배가 온다. hong@example.org 페이스북 example.org/x", "배가 온다.", 1, []),
        ("배가 온다. hong@example.org※ 제보는 전화 02-000-0000, 이메일 tip@example.org", "배가 온다.", 1, []),
    ],
)
def test_addresses_behind_the_last_sentence_sign_it(
    paragraph: str, rest: str, emails: tuple[str, ...] | int, people: list[str]
) -> None:
    found = ending(paragraph)
    assert found is not None
    assert found.rest == rest
    assert emails in (found.emails, len(found.emails))
    assert [person.name for person in found.people] == people


@pytest.mark.parametrize(
    "paragraph",
    [
        "Write to lind@example.org for tickets.",
        "For tickets write to lind@example.org",
        "문의 hong@example.org",
        "배가 온다. 이메일: hong@example.org",
        "No address at all.",
    ],
)
def test_addresses_that_belong_to_the_sentence_stay(paragraph: str) -> None:
    assert ending(paragraph) is None


def test_addresses_go_to_the_people_they_name_else_in_order() -> None:
    ragna, bo = Author(name="Ragna Lind"), Author(name="Bo Dahl")
    assert [person.email for person in addressed([ragna, bo], ["dahl@x.example"])] == [None, "dahl@x.example"]
    assert [person.email for person in addressed([ragna, bo], ["a@x.example", "b@x.example"])] == [
        "a@x.example",
        "b@x.example",
    ]
    assert [person.email for person in addressed([ragna, bo], ["a@x.example"])] == ["a@x.example", None]
    assert addressed([], ["a@x.example"]) == ()


def test_a_reporter_behind_the_last_sentence_needs_no_address() -> None:
    found = ending("이자는 잔금 때 조합원이 모두 내야 한다. [홍길동 기자]")
    assert found is not None
    assert (found.rest, [person.name for person in found.people]) == (
        "이자는 잔금 때 조합원이 모두 내야 한다.",
        ["홍길동"],
    )
    assert ending("그는 신문사의 홍길동 기자") is None

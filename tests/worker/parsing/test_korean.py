from __future__ import annotations

import pytest

from worker.parsing.korean import bracket_byline, introduced, is_korean_name, titled_names


def names(text: str, *, spaced: bool = False) -> list[str]:
    found = titled_names(text, spaced=spaced)
    return [person.name for person in found[1]] if found else []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("홍길동 기자", ["홍길동"]),
        ("배가 온다고 말했다.홍길동 기자", ["홍길동"]),
        ("배가 온다고 말했다 홍길동 기자", ["홍길동"]),
        ("홍길동 디지털팀 기자", ["홍길동"]),
        ("홍길동 의학전문기자", ["홍길동"]),
        ("김새별 미국 통신원", ["김새별"]),
        ("이바다일 홍길동 인턴 기자", ["홍길동"]),
        ("홍길동·김새별 기자", ["홍길동", "김새별"]),
        ("남궁새별 특파원", ["남궁새별"]),
        ("홍길동기자", ["홍길동"]),
    ],
)
def test_a_title_names_who_stands_before_it(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_in_a_dateline_names_are_joined_by_spaces() -> None:
    assert names("홍길동 김새별 이바다 기자", spaced=True) == ["홍길동", "김새별", "이바다"]


def test_without_a_title_nobody_is_named() -> None:
    assert names("홍길동") == []
    assert names("편집자 주") == []
    assert not is_korean_name("디지털팀")


def test_a_bracket_with_outlet_name_and_address_is_a_byline() -> None:
    found = bracket_byline("밤배 다시 온다[동섬일보=홍길동 기자 hong@example.org] 배는 봄에 온다.")
    assert found is not None
    assert [(person.name, person.email) for person in found.people] == [("홍길동", "hong@example.org")]
    assert (found.before, found.rest) == ("밤배 다시 온다", "배는 봄에 온다.")
    assert bracket_byline("[앵커] 배는 봄에 온다. 홍길동 기자가 전합니다.") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("섬에 밤배가 돌아옵니다. 홍길동 기자입니다. [기자] 배는 열 시에 떠납니다.", ["홍길동"]),
        ("밤배가 다시 다닙니다.홍길동 기자가 보도합니다.[기자] 배는 떠납니다.", ["홍길동"]),
        ("홍길동 기자의 단독 보도입니다.", ["홍길동"]),
        ("홍길동 기자입니다. 김영희 기자입니다.", []),
        ("홍길동 기자에게 물었다.", []),
    ],
)
def test_a_broadcasts_anchor_introduces_its_reporter(text: str, names: list[str]) -> None:
    assert [person.name for person in introduced(text)] == names


def test_outlets_with_brackets_and_places_before_the_name() -> None:
    for line in ("[동섬경제(동섬)=홍길동 기자]", "[OSN=동섬, 홍길동 기자]"):
        found = bracket_byline(f"{line} 밤배가 다시 다닌다.")
        assert found is not None
        assert [person.name for person in found.people] == ["홍길동"]

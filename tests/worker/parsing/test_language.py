from __future__ import annotations

import pytest

from worker.parsing.language import contradicts_script, day_comes_first, stated_language, told_language


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en-US", "en"), ("de_AT", "de"), ("KO", "ko"), ("nb-NO", "no"), ("eng", "en"), ("english", None), (None, None)],
)
def test_tags_become_two_letters(tag: str | None, language: str | None) -> None:
    assert stated_language(tag) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("섬 주민들은 밤배가 다시 다닌다는 소식을 반겼다.", "ko"),
        ("島の住民は夜行フェリーの再開を喜んだ。", "ja"),
        ("岛上居民欢迎夜间渡轮恢复的消息", "zh"),
        ("Die Inselbewohner freuen sich, dass die Nachtfähre nach elf Jahren wieder in den Hafen einläuft.", "de"),
        ("The islanders are glad that the night ferry will be back in the harbour after eleven years.", "en"),
        ("Ok.", None),
        ("", None),
    ],
)
def test_language_is_told_from_script_and_words_and_not_from_too_few(text: str, language: str | None) -> None:
    assert told_language(text) == language


def test_hangul_under_an_english_tag_contradicts_it() -> None:
    assert contradicts_script("en", "섬 주민들은 밤배가 다시 다닌다는 소식을 반겼다.")
    assert not contradicts_script("ko", "섬 주민들은 밤배가 다시 다닌다는 소식을 반겼다.")


def test_only_english_of_an_unknown_country_leaves_the_order_of_dates_open() -> None:
    assert day_comes_first("en-US") is False
    assert day_comes_first("en-GB") is True
    assert day_comes_first("de") is True
    assert day_comes_first("en") is None
    assert day_comes_first(None) is None

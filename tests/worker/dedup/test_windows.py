from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.dedup.likeness import EVIDENCE_WINDOWS
from worker.dedup.windows import (
    SAMPLED_MAX,
    SAMPLED_MIN,
    SAMPLED_OF_RUN,
    WINDOW_BYTES,
    windows_of,
    words_of,
)

WORDS = [f"word{number}" for number in range(400)]


def test_a_window_is_the_fewest_whole_words_of_at_least_the_bytes() -> None:
    windows = windows_of("The harbour board of Ostholm voted to bring the night ferry back after eleven years.")
    for start, end in enumerate(windows.ends):
        assert sum(len(word.encode()) for word in windows.words[start:end]) >= WINDOW_BYTES
        assert sum(len(word.encode()) for word in windows.words[start : end - 1]) < WINDOW_BYTES


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“Ferry” back—at last!", ("ferry", "back", "at", "last")),
        ("나룻배가 돌아온다", ("나룻배가", "돌아온다")),
        ("渡船回来了", ("渡", "船", "回", "来", "了")),
        ("เรือข้าม", ("เ", "ร", "ื", "อ", "ข", "้", "า", "ม")),
    ],
)
def test_words_are_those_of_the_script(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_hashes_are_the_same_on_every_machine_and_fit_a_signed_column() -> None:
    assert windows_of("one two").hashes == (5741416691757116578,)
    assert all(-(2**63) <= hash_ < 2**63 for hash_ in windows_of(" ".join(WORDS)).hashes)


def test_the_sample_has_a_floor_and_a_ceiling() -> None:
    assert len(windows_of(" ".join(WORDS[:40])).sampled) == SAMPLED_MIN
    assert 20 <= len(windows_of(" ".join(WORDS)).sampled) <= 50
    assert len(windows_of(" ".join(f"{word}{n}" for n in range(10) for word in WORDS)).sampled) == SAMPLED_MAX
    assert windows_of("").sampled == ()
    assert len(windows_of("Ferry").sampled) == 1


def test_the_sample_does_not_depend_on_the_order_of_paragraphs() -> None:
    paragraphs = [" ".join(WORDS[n : n + 40]) for n in range(0, 400, 40)]
    mixed = random.Random(7).sample(paragraphs, len(paragraphs))
    one, other = set(windows_of("\n\n".join(paragraphs)).sampled), set(windows_of("\n\n".join(mixed)).sampled)
    assert len(one & other) / len(one | other) > 0.7


def test_a_cut_version_shares_sampled_windows_with_the_whole() -> None:
    whole = windows_of(" ".join(WORDS))
    for start in range(0, 300, 20):
        assert set(windows_of(" ".join(WORDS[start : start + 100])).sampled) & set(whole.sampled)


def test_two_texts_share_a_sampled_window_wherever_they_share_the_least_that_is_evidence() -> None:
    """Whatever stands around it: with chance alone one run of thirteen shares none."""
    assert SAMPLED_OF_RUN == EVIDENCE_WINDOWS
    chance = random.Random(3)
    for trial in range(200):
        run = chance.sample(WORDS, EVIDENCE_WINDOWS + 5)
        around = [chance.sample([f"other{trial}x{n}" for n in range(900)], 300) for _ in range(2)]
        one, other = (windows_of(" ".join([*words[:150], *run, *words[150:]])) for words in around)
        assert len(one.all & other.all) >= EVIDENCE_WINDOWS
        assert set(one.sampled) & set(other.sampled)


@given(st.text())
def test_every_text_has_windows_or_no_words(text: str) -> None:
    windows = windows_of(text)
    assert bool(windows.words) == bool(windows.hashes) == bool(windows.sampled)
    assert set(windows.sampled) <= windows.all
    assert all(start < end <= len(windows.words) for start, end in enumerate(windows.ends))

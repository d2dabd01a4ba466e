from __future__ import annotations

from random import Random

import pytest

from worker.dedup.entries import (
    MEMBERS_COMPARED_MAX,
    MEMBERS_PER_WINDOW_MAX,
    RARE_MAX,
    SHORT_SAMPLE,
    STORIES_COMPARED_MAX,
    STORIES_PER_WINDOW_MAX,
    Entries,
)
from worker.dedup.likeness import Reading, compare
from worker.dedup.windows import windows_of

LONG = range(SHORT_SAMPLE + 1)


def make_entries(rows: list[tuple[int, int]], *, members: int = 1) -> Entries:
    """Articles from 1 on, so many to a story."""
    return Entries(rows, story_of=lambda article: (article - 1) // members)


@pytest.mark.parametrize("is_first", [False, True])
def test_a_cut_of_forty_words_is_found_whether_it_comes_after_the_whole_or_before(is_first: bool) -> None:
    chance = Random(11)
    for trial in range(100):
        words = [f"{chance.choice('bdfgk')}{chance.randrange(10_000)}" for _ in range(300)]
        place = chance.randrange(260)
        whole, cut = (
            Reading(title=None, text=" ".join(some), source_key=f"feed:{len(some)}")
            for some in (words, words[place : place + 40])
        )
        kept, asked = (cut, whole) if is_first else (whole, cut)
        assert compare(whole, cut).alike, trial

        entries = make_entries([])
        entries.add(1, kept.windows.sampled)

        assert entries.nearest(asked.windows.sampled) == {1: len(set(cut.windows.sampled) & set(whole.windows.sampled))}


def test_a_phrase_of_many_is_no_reason_to_compare_a_long_text() -> None:
    phrase = [(0, article) for article in range(1, RARE_MAX + 2)]

    assert make_entries(phrase).nearest(LONG) == {}
    assert make_entries([*phrase, (1, 2)]).nearest(LONG) == {2: 2}
    assert make_entries(phrase[:RARE_MAX]).nearest(LONG) == dict.fromkeys(range(1, RARE_MAX + 1), 1)
    assert len(make_entries(phrase).nearest(range(SHORT_SAMPLE))) == RARE_MAX + 1


def test_of_the_stories_that_share_most_some_members_each_are_compared() -> None:
    members = MEMBERS_COMPARED_MAX + 1
    articles = range(1, members * (STORIES_COMPARED_MAX + 1) + 1)
    rows = [(window, article) for article in articles for window in range(2 if article > members else 3)]

    nearest = make_entries(rows, members=members).nearest(LONG)

    assert len(nearest) == MEMBERS_COMPARED_MAX * STORIES_COMPARED_MAX
    assert list(nearest)[:MEMBERS_COMPARED_MAX] == list(range(1, MEMBERS_COMPARED_MAX + 1))
    assert max(nearest) <= members * STORIES_COMPARED_MAX  # of equals the older


def test_a_story_stands_a_few_times_at_a_window_and_too_many_stories_make_it_boilerplate() -> None:
    one_story = make_entries([], members=100)
    for article in range(1, 30):
        one_story.add(article, [7])
    assert len(one_story.added) == MEMBERS_PER_WINDOW_MAX
    assert one_story.filled == set()

    many = make_entries([])
    for article in range(1, STORIES_PER_WINDOW_MAX + 2):
        many.add(article, [7])
    assert many.filled == {7}
    assert many.nearest([7]) == {}


def test_boilerplate_is_neither_entered_nor_asked_for() -> None:
    entries = Entries([(7, 1), (8, 1)], stop={7}, story_of=lambda article: article)
    entries.add(2, [7, 8])

    assert entries.added == [(8, 2)]
    assert entries.nearest([7]) == {}


def test_windows_are_sampled_once_however_often_they_stand_in_a_text() -> None:
    sampled = windows_of("one two three four five six seven eight " * 50).sampled
    assert len(sampled) == len(set(sampled))

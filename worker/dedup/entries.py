"""The part of the index of word windows that a batch touches: who holds a window, and what a new article adds.

An entry is (window, article): the article stands there for its story. Stories are counted, not articles: counting
articles, a widely carried story would be taken for boilerplate after twenty copies (60 copies made 35 stories,
measured). Of a story several members may stand at one window, because a copy that is cut from the middle of another is
sometimes the only link to a third.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from worker.dedup.windows import SAMPLED_MIN, SAMPLED_ONE_IN

STORIES_PER_WINDOW_MAX: Final = 20
"""A window that so many unrelated stories hold is boilerplate: it says nothing, and is not looked at again."""

MEMBERS_PER_WINDOW_MAX: Final = 3
"""Articles of one story at one window."""

SHARED_MIN: Final = 2
SHORT_SAMPLE: Final = 2 * SAMPLED_MIN
RARE_MAX: Final = 3
STORIES_COMPARED_MAX: Final = 12
MEMBERS_COMPARED_MAX: Final = 4
"""What an arrival is compared with: texts that share so many of its sampled windows, or a single one that no more than
RARE_MAX articles hold; of so many stories, those that share the most first; and so many articles of each."""

_SURELY_UNLIKE: Final = 0.15


def may_be_alike(shared: int, words: int, other_words: int) -> bool:
    """Whether a text that shares so many sampled windows can be a copy: of half the shorter one's windows, about one a
    word, one in SAMPLED_ONE_IN is sampled; a third of that is beyond chance. Spares reading texts for nothing."""
    return shared >= min(words, other_words) * _SURELY_UNLIKE / SAMPLED_ONE_IN


class Entries:
    """``rows``: (window, article) as the index holds them, complete for the windows of the batch."""

    def __init__(
        self,
        rows: Iterable[tuple[int, int]] = (),
        *,
        stop: Collection[int] = frozenset(),
        story_of: Callable[[int], int],
    ) -> None:
        self._articles: defaultdict[int, list[int]] = defaultdict(list)
        for window, article in rows:
            self._articles[window].append(article)
        self._stop = stop
        self._story_of = story_of
        self.added: list[tuple[int, int]] = []
        self.filled: set[int] = set()
        """Windows that became boilerplate in this batch."""

    def nearest(self, sampled: Sequence[int]) -> dict[int, int]:
        """The articles worth comparing with one that holds these windows, with the number of those that they hold too.

        One window in common is mostly a phrase, but of a cut it may be all that is sampled: for a short text it is
        enough, and for a long one, which may be what was cut, where it is no phrase of many.
        """
        shared, rare = Counter[int](), set[int]()
        for held in map(self._held, sampled):
            shared.update(held)
            if len(held) <= RARE_MAX:
                rare.update(held)
        least = SHARED_MIN if len(sampled) > SHORT_SAMPLE else 1
        # Ties are broken by age, so that the same store always gives the same answer.
        ranked = sorted(
            (article for article, count in shared.items() if count >= least or article in rare),
            key=lambda each: (-shared[each], each < 0, abs(each)),
        )
        members: defaultdict[int, list[int]] = defaultdict(list)
        for article in ranked:
            story = members[self._story_of(article)]
            if len(story) < MEMBERS_COMPARED_MAX:
                story.append(article)
        stories = list(members.values())[:STORIES_COMPARED_MAX]
        return {article: shared[article] for story in stories for article in story}

    def add(self, article: int, sampled: Iterable[int]) -> None:
        """Enters an article under its windows, as far as they are worth it."""
        for window in sampled:
            held = self._articles.get(window, ())
            if window in self._stop or window in self.filled or article in held:
                continue
            if held and not self._has_place(article, window, held):
                continue
            self._articles[window].append(article)
            self.added.append((window, article))

    def _has_place(self, article: int, window: int, held: Collection[int]) -> bool:
        own, stories = self._story_of(article), Counter(map(self._story_of, held))
        if own not in stories and len(stories) >= STORIES_PER_WINDOW_MAX:
            self.filled.add(window)
            return False
        return stories[own] < MEMBERS_PER_WINDOW_MAX

    def _held(self, window: int) -> Collection[int]:
        if window in self._stop or window in self.filled:
            return ()
        return self._articles.get(window, ())

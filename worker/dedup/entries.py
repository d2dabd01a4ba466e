"""The part of the index of word windows that a batch touches: who holds a window, and what a new article adds.

An entry is (window, article): the article stands there for its story. Stories are counted, not articles: counting
articles, a widely carried story would be taken for boilerplate after twenty copies (60 copies made 35 stories,
measured). Of a story several members may stand at one window, because a copy that is cut from the middle of another is
sometimes the only link to a third.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Final

STORIES_PER_WINDOW_MAX: Final = 20
"""A window that so many unrelated stories hold is boilerplate: it says nothing, and is not looked at again."""

MEMBERS_PER_WINDOW_MAX: Final = 3
"""Articles of one story at one window."""

STORIES_COMPARED_MAX: Final = 12
MEMBERS_COMPARED_MAX: Final = 4
"""Stories that an arrival is compared with, those that share the most windows first, and articles of each."""


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

    def nearest(self, sampled: Iterable[int]) -> list[int]:
        """The articles worth comparing with one that holds these windows."""
        shared = Counter(article for window in sampled for article in self._held(window))
        members: defaultdict[int, list[int]] = defaultdict(list)
        # Ties are broken by age, so that the same store always gives the same answer.
        for article in sorted(shared, key=lambda each: (-shared[each], each < 0, abs(each))):
            story = members[self._story_of(article)]
            if len(story) < MEMBERS_COMPARED_MAX:
                story.append(article)
        stories = list(members.values())[:STORIES_COMPARED_MAX]
        return [article for story in stories for article in story]

    def add(self, article: int, sampled: Iterable[int]) -> None:
        """Enters an article under its windows, as far as they are worth it."""
        own = self._story_of(article)
        for window in sampled:
            held = self._held(window)
            if window in self._stop or window in self.filled or article in held:
                continue
            stories = Counter(map(self._story_of, held))
            if stories[own] >= MEMBERS_PER_WINDOW_MAX:
                continue
            if not stories[own] and len(stories) >= STORIES_PER_WINDOW_MAX:
                self.filled.add(window)
                continue
            self._articles[window].append(article)
            self.added.append((window, article))

    def _held(self, window: int) -> Collection[int]:
        if window in self._stop or window in self.filled:
            return ()
        return self._articles.get(window, ())

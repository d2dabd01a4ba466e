"""Which parts of a page belong to its article: where its headline stands, and what is of other articles or readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile, islice
from typing import Final

from lxml.html import HtmlElement

from worker.parsing.text import TITLE_CHARS_MAX, comparable

HEADINGS_MAX: Final = 60

_ELSEWHERE: Final = re.compile(
    r"(?i)(?:^|\s)(?:js-|c-|o-|m-)?(?:(?:[\w-]+[_-])?related[\w-]*|see-also|sidebar|side-bar|footer|site-footer|promo[\w-]*|teasers?|"
    r"recommend[\w-]*|popular[\w-]*|newsletter[\w-]*|trending[\w-]*|more-[\w-]*|most-[\w-]*|latest[\w-]*|"
    r"recent[\w-]*|outbrain\w*|taboola\w*|nav|navbar|menu|carousel[\w-]*|respond)(?:\s|$)"
)
"""Whole class names: ``withSidebar`` lays out the article, ``sidebar`` is beside it."""
_WIDGET: Final = re.compile(r"(?i)(?:^|\s)widgets?(?:-area)?(?:\s|$)")
"""Beside the article; inside it a picture may be one."""
_READERS: Final = re.compile(
    r"(?i)(?:^|[\s_-])(?:recent)?(?:comment|kommentar|comentario|leserbrief|disqus)[\w-]*(?!\w)"
)
"""What readers wrote, and who they are."""
NEAR_LEVELS: Final = 3


class Places:
    """``heading`` is the element of the headline, None where none shows it. Answers are kept: most elements share
    their ancestors."""

    def __init__(self, root: HtmlElement, headline: str | None) -> None:
        self.heading = _heading(root, headline)
        articles = list(islice(root.iter("article"), HEADINGS_MAX))
        sure = self.heading is not None and self.heading.tag != "h3"
        own = next(self.heading.iterancestors("article"), None) if self.heading is not None and sure else None
        self._others = frozenset(articles) - {own} if own is not None and len(articles) > 1 else frozenset()
        self._own = own
        self._around = frozenset(() if self.heading is None else self.heading.iterancestors())
        near = () if self.heading is None else islice(self.heading.iterancestors(), NEAR_LEVELS)
        self._near = frozenset(level for level in near if level.tag not in ("body", "html", "main"))
        self._known: dict[HtmlElement, bool] = {}

    def elsewhere(self, element: HtmlElement) -> bool:
        """Inside a part of the page that belongs to other articles, readers or the site."""
        passed: list[HtmlElement] = []
        answer = bool(_READERS.search(_names(element)))
        if answer:
            return True
        for ancestor in element.iterancestors():
            known = self._known.get(ancestor)
            if known is None:
                passed.append(ancestor)
                known = self._decides(ancestor)
            if known is not None:
                answer = known
                break
        for ancestor in passed:
            self._known[ancestor] = answer
        return answer

    def links_behind(self, root: HtmlElement) -> Iterator[HtmlElement]:
        """The links that follow the headline in the page; all of them where there is none."""
        elements: Iterator[HtmlElement] = root.iter("a", "h1", "h2")
        if self.heading is not None:
            elements = dropwhile(lambda element: element is not self.heading, elements)
        return (element for element in elements if element.tag == "a")

    def around(self, element: HtmlElement) -> bool:
        """Holds the headline, or is it."""
        return element in self._around or element is self.heading

    def others(self) -> Iterator[HtmlElement]:
        """The outermost articles beside the headline's own; none where it stands in none."""
        if self._own is not None:
            for article in self._others:
                if self._own not in article.iterancestors() and article not in self._around:
                    yield article

    @property
    def own(self) -> HtmlElement | None:
        """The article that the headline stands in."""
        return self._own

    def in_picture(self, element: HtmlElement) -> bool:
        """Inside a figure: whoever is named there made the picture."""
        return any(ancestor.tag in ("figure", "figcaption") for ancestor in islice(element.iterancestors(), 6))

    def near(self, element: HtmlElement) -> bool:
        """In the block of the headline."""
        return any(ancestor in self._near for ancestor in islice(element.iterancestors(), 6))

    def _decides(self, ancestor: HtmlElement) -> bool | None:
        """What this ancestor alone says; None: ask the next one."""
        if ancestor.tag in ("nav", "aside", "footer"):
            return ancestor.tag != "footer" or self._own is None or self._own not in ancestor.iterancestors()
        if ancestor.tag in ("article", "main"):
            if ancestor in self._others and self._own in ancestor.iterancestors():
                return None  # a part of the article, or a comment
            return ancestor in self._others
        if ancestor in self._around or ancestor.tag in ("body", "html"):
            return None  # what holds the headline holds the article
        names = _names(ancestor)
        if _ELSEWHERE.search(names) or _READERS.search(names):
            return True
        inside = self._own is not None and self._own in ancestor.iterancestors()
        return True if not inside and _WIDGET.search(names) else None


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"[:300]


def _heading(root: HtmlElement, headline: str | None) -> HtmlElement | None:
    """The first heading that holds the headline, or is it word for word; the first one of all where none does."""
    key = comparable(headline or "")
    first = None
    for element in islice(root.iter("h1", "h2"), HEADINGS_MAX):
        first = element if first is None and element.tag == "h1" else first
        if key and key in comparable(element.text_content()[: TITLE_CHARS_MAX * 4]):
            found: HtmlElement = element
            return found
    return next(
        (element for element in islice(root.iter("h3"), HEADINGS_MAX) if _is_word_for_word(element, key)), first
    )


def _is_word_for_word(element: HtmlElement, key: str) -> bool:
    """And no link: the headline of this page, not one in a list of others."""
    links = element.find(".//a") is not None or next(element.iterancestors("a"), None) is not None
    return bool(key) and not links and comparable(element.text_content()[: TITLE_CHARS_MAX * 4]) == key

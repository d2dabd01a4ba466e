"""The headline as a page displays it, and the line under it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, islice
from typing import Final

from lxml.html import HtmlElement

from worker.parsing.bylines import printed_byline
from worker.parsing.copylines import dated, is_noise
from worker.parsing.places import Places
from worker.parsing.text import TITLE_CHARS_MAX, comparable, one_line, short_line
from worker.parsing.titles import chosen_headline, cleaned_title, shared_words

HEADINGS_MAX: Final = 60
STANDFIRST_CHARS_MIN: Final = 20
STANDFIRST_CHARS_MAX: Final = 500
LONE_WORDS_MIN: Final = 3
"""A lone heading of fewer words is a section's name more often than a headline."""
SHARED_MIN: Final = 0.5
"""A heading that shares half of its words with a stated title is the same headline in other words."""

_KICKER: Final = re.compile(
    r"(?i)kicker|eyebrow|overline|topline|top-line|pre-?title|pre-?head|super-?title|roof|dachzeile|"
    r"(?:^|[\s_-])(?:label|badge|flag|category|rubric|ressort|hidden|sr-only|visually-?hidden)(?:$|[\s_-])"
)
"""What stands above the headline inside its element, and words for screen readers only."""
LEAD_MARK: Final = re.compile(
    r"(?i)stand-?first|(?:^|[\s_-])(?:lead|leadtext|lede|einleitung|intro(?:duction|text)?|teaser-?(?:text)?|excerpt|abstract|"
    r"chapo|chapeau|entradilla|bajada|copete|vorspann|anriss|deck|description|desc|sommario|ingress|manchet|preamble|"
    r"kurztext)(?:$|[\s_-])"
)
"""A lead is the text's beginning. What English-language sites call dek, strapline or summary is a second headline:
measured on pages read by people, 12 of 13 of those were left out of the text, 47 of 51 leads were in it."""
_SECOND_MARK: Final = re.compile(
    r"(?i:(?:^|[\s_-])(?:dek|strapline|summary|sub-?(?:title|headline|head|line)|des)(?:$|[\s_-]))|"
    r"(?<=[a-z])(?:Dek|Summary)(?:$|[\s_-])"
)
_LEFT_OUT: Final = re.compile(r"(?i)(?:^|[\s_-])(?:dek|strapline|sub-?(?:headline|head|line))(?:$|[\s_-])")
"""A second headline that is left out of the text even where it is a sentence; a subtitle or summary may be a lead."""
_NO_LEAD: Final = re.compile(
    r"(?i)caption|credit|gallery|image|img|photo|media|video|quote|disclaimer|sponsor|bio\b|author|byline|hatnote|"
    r"sharing|rating|notice|alert"
)
LEAD_CHARS_MIN: Final = 40
LEAD_CHARS_MAX: Final = 900
LEAD_ELEMENTS_MAX: Final = 150
"""A lead stands so few elements behind the headline at most."""
LEAD_LINKED_MAX: Final = 0.5
SECOND_ELEMENTS_MAX: Final = 15
BARE_LEAD_CHARS_MIN: Final = 60
"""A line without the mark of a lead, or without a full stop, is as long as this at least."""
_INLINE: Final = frozenset({"a", "b", "br", "em", "i", "span", "strong", "sup", "sub", "font", "mark", "small"})
_FURNITURE: Final = frozenset({"nav", "footer", "aside", "form"})


def headline(root: HtmlElement, titles: Sequence[str], site: Sequence[str]) -> str | None:
    """The heading that the stated titles or the window's title confirm, word for word or by half of their words.

    Without any confirmed one: the only ``h1`` of the page; without titles stated for machines the window's title.
    """
    window = cleaned_title(root.findtext(".//title"), site=site)
    named = {comparable(name) for name in site}
    first = list(_lines(root, ("h1",), named))
    if not titles and window and (banner := next((line for line in first if _closes(window, line)), None)):
        first.remove(banner)
        site = [*site, banner]
        window = cleaned_title(window, site=site)
    parts = [part for heading in islice(root.iter("h1"), HEADINGS_MAX) for part in _parts(heading)]
    for title in (cleaned_title(title, site=site) for title in titles):
        if title and len(title.split()) >= LONE_WORDS_MIN and title in parts:
            return title
    if chosen := chosen_headline(first, titles, window):
        return cleaned_title(chosen, site=site)
    known = [*titles, *([window] if window else [])]
    second = [line for line in _lines(root, ("h2", "h3"), named) if any(_begins(title, line) for title in known)]
    if second:
        return cleaned_title(max(second, key=len), site=site)
    alike = max(first, key=lambda line: max((shared_words(line, title) for title in known), default=0), default=None)
    if alike and max((shared_words(alike, title) for title in known), default=0) >= SHARED_MIN:
        return cleaned_title(alike, site=site)
    if len(first) == 1 and len(first[0].split()) >= LONE_WORDS_MIN:
        return cleaned_title(first[0], site=site)
    return None if titles else cleaned_title(window or next(iter(first), None), site=site)


def standfirst(elements: Iterable[HtmlElement]) -> str | None:
    """The line that shares its place with the headline and is marked as its second part; not a heading in the body."""
    for element in elements:
        line = short_line(element.text_content()[: TITLE_CHARS_MAX * 2], TITLE_CHARS_MAX)
        if not line or not STANDFIRST_CHARS_MIN <= len(line) <= STANDFIRST_CHARS_MAX:
            continue
        if _under_headline(element) and not dated(line, day_first=None):
            return line
    return None


def lead(root: HtmlElement, marked: Iterable[HtmlElement], places: Places) -> str | None:
    """The lead behind the headline: one marked as such, or a paragraph in the headline's own block. Whole sentences."""
    named = set(marked)
    for element in _close(root, places):
        if _SECOND_MARK.search(_names(element)):
            continue
        near = places.near(element)
        if element in named:
            line = _sentences(element, ended=not near or _has_more(element))
        elif near and _is_line(element):
            line = _sentences(element, ended=True)
        else:
            continue
        if line and not places.elsewhere(element) and not places.in_picture(element):
            return line
    return None


def second_headline(root: HtmlElement, places: Places) -> str | None:
    """The line next to the headline that is marked as its second part and is no beginning of the text."""
    for element in _close(root, places)[:SECOND_ELEMENTS_MAX]:
        if element.tag in ("p", "h2", "h3", "h4", "div") and places.near(element):
            line = one_line(element.text_content()[: LEAD_CHARS_MAX * 2])
            if _LEFT_OUT.search(_names(element)):
                return line
            if _is_line(element) and len(line) >= BARE_LEAD_CHARS_MIN:
                return None
    return None


def _close(root: HtmlElement, places: Places) -> list[HtmlElement]:
    """The elements just behind the headline."""
    if places.heading is None:
        return []
    behind = dropwhile(lambda element: element is not places.heading, root.iter())
    return [element for element in islice(behind, 1, LEAD_ELEMENTS_MAX) if isinstance(element.tag, str)]


def _is_line(element: HtmlElement) -> bool:
    """Whether it may be a lead without a mark: a paragraph or heading, or a block that holds a long line alone."""
    if element.tag in ("p", "h2"):
        return True
    if element.tag not in ("h3", "h4", "div") or _NO_LEAD.search(_names(element)):
        return False
    return len(element.text_content()) >= BARE_LEAD_CHARS_MIN and not any(child.tag not in _INLINE for child in element)


def _has_more(element: HtmlElement) -> bool:
    """Holds a picture or blocks: what is marked is a part of the page, and no line."""
    return bool(_NO_LEAD.search(_names(element))) or any(child.tag not in {*_INLINE, "p"} for child in element)


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _sentences(element: HtmlElement, *, ended: bool) -> str | None:
    """``ended``: a line without a full stop is none."""
    line = one_line(element.text_content()[: LEAD_CHARS_MAX * 4])
    if not LEAD_CHARS_MIN <= len(line) <= LEAD_CHARS_MAX:
        return None
    if not line.rstrip("\"'”’»)").endswith((".", "!", "?", "…", "。")) and (ended or len(line) < BARE_LEAD_CHARS_MIN):
        return None
    linked = sum(len(one_line(link.text_content())) for link in element.iter("a"))
    if linked > len(line) * LEAD_LINKED_MAX or dated(line, day_first=None) or printed_byline(line) or is_noise(line):
        return None
    return line


def _lines(root: HtmlElement, tags: tuple[str, ...], named: set[str]) -> Iterator[str]:
    """The headings' texts without kickers; those that name the site, or stand in menus, are left out."""
    for heading in islice(root.iter(*tags), HEADINGS_MAX):
        line = _text(heading)
        if line and comparable(line) not in named and not _is_furniture(heading):
            yield line


def _text(heading: HtmlElement) -> str | None:
    kickers = [child for child in heading if isinstance(child.tag, str) and _KICKER.search(child.get("class") or "")]
    whole = short_line(heading.text_content(), TITLE_CHARS_MAX)
    for kicker in kickers:
        said = one_line(kicker.text_content())
        if whole and said and whole.startswith(said) and len(said) < len(whole):
            whole = whole[len(said) :].strip(" :|–—-") or whole
    return whole


def _parts(heading: HtmlElement) -> list[str]:
    """What stands in elements of its own: a kicker, the headline, a second line."""
    lines = (short_line(child.text_content(), TITLE_CHARS_MAX) for child in islice(heading, HEADINGS_MAX))
    return [line for line in lines if line]


def _closes(title: str, line: str) -> bool:
    """``Headline | line``: the heading is the site's name, which a page without any statement repeats at the end."""
    rest = title[: -len(line)].rstrip()
    return bool(line) and title.endswith(line) and rest[-1:] in ("|", "-", "–", "—", "»", "·", "•")


def _begins(title: str, line: str) -> bool:
    """``Headline · rubric · site`` begins with its headline, whole."""
    rest = title[len(line) :].lstrip()
    return len(line) >= 15 and title.startswith(line) and (not rest or not rest[0].isalnum())


def _is_furniture(element: HtmlElement) -> bool:
    return any(ancestor.tag in _FURNITURE for ancestor in islice(element.iterancestors(), 8))


def _under_headline(element: HtmlElement) -> bool:
    around = islice(element.iterancestors(), 2)
    return any(next(level.iter("h1"), None) is not None for level in around if level.tag not in ("body", "html"))

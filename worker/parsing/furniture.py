"""What stands inside an article's container and is not its text: taken out of the tree before the body is read.

Boxes are known by what their class or id names them, link lists and "Related: …" lines by how much of them is link.
Nothing goes that holds the headline or much of the page's running text: names lie.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from worker.parsing.places import Places
from worker.parsing.text import one_line

BOX_MARK: Final = re.compile(
    r"(?i)(?:^|[\s_-])(?:newsletter|sign-?up|subscri(?:be|ption)|abo-?box|related|relacionad[ao]s?|recommend\w*|empfehlung\w*|"
    r"share|sharing|social|sociales|teilen|follow-?us|author-?(?:bio|box|info|card)|about-?(?:the-)?author|bio-?box|"
    r"comments?|kommentare?|disqus\w*|tags?|tag-?list|keywords|breadcrumbs?|read-?(?:more|also|next)|more-?on|"
    r"most-?read|also-?like|you-?may|mehr-?zum|lesen-?sie|lire-?aussi|lea-?tambien|leia|outbrain\w*|taboola\w*|"
    r"popular|trending|sponsor\w*|advert\w*|ad-?(?:slot|unit|box|wrapper|container)|anzeige|werbung|cookie\w*|consent|"
    r"promo\w*|teaser-?(?:list|box|group)|copyright|toolbar|pagination)(?:$|[\s_-])|"
    r"(?:^|\s)(?:hidden|sr-only|visually-?hidden)(?:$|\s)"
)
BOX_PROSE_MAX: Final = 0.3
"""A box that holds more of the page's running text than this is the article, whatever its class says."""
BOX_CHARS_MAX: Final = 3_000
OWN_PROSE_MIN: Final = 400
"""So much running text in the article of the headline, and the articles beside it are others."""
ENTRY_LEVELS: Final = 3
ENTRY_CHARS_MAX: Final = 300
LABEL_CHARS_MAX: Final = 30
LINKED_SHARE: Final = 0.9
PROSE_CHARS_MIN: Final = 80
LINKS_MAX: Final = 2_000

_UNREAD: Final = ("script", "style", "svg", "iframe")
"""Not ``noscript`` and ``template``: some software keeps the text there."""
_TEXT: Final = frozenset({"html", "body", "article", "main", "p"})
_FOLDED: Final = re.compile(r"(?i)(?:^|[\s_-])(?:hidden|read-?more)(?:$|[\s_-])")
"""Text that unfolds stands in such boxes too."""
_BLOCKS: Final = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "div", "td", "dd", "section"})
_LABEL: Final = re.compile(r"[:：»›▶►|\]>]\s*$")


def drop_code(root: HtmlElement) -> None:
    """Take out what no reader sees, in place: read the structured data first."""
    for element in list(root.iter(*_UNREAD)):
        _drop(element)


def clear(root: HtmlElement, boxes: Iterable[HtmlElement], places: Places) -> int:
    """Take furniture out of the tree, in place: read everything else first. ``boxes`` match ``BOX_MARK``.

    Returns how many characters of running text are left.
    """
    total = sum(_prose(root))
    gone: HtmlElement | None = None
    for element in boxes:
        if gone is not None and gone in element.iterancestors():
            continue
        if _is_box(element, places, total):
            _drop(element)
            gone = element
    if places.own is not None and sum(_prose(places.own)) >= OWN_PROSE_MIN:
        for article in places.others():
            _drop(article)
    for block, linked, label in list(_linked_blocks(root, places)):
        if not places.around(block) and _leads_away(block, linked, label):
            _drop(_entry(block))
    return sum(_prose(root))


def _entry(block: HtmlElement) -> HtmlElement:
    """The entry of a list that the line heads: a headline that links to its article, with a sentence about it."""
    for ancestor in islice(block.iterancestors(), ENTRY_LEVELS):
        if ancestor.tag == "li":
            return ancestor if len(ancestor.text_content()) <= ENTRY_CHARS_MAX else block
    return block


def _is_box(element: HtmlElement, places: Places, total: int) -> bool:
    """``total``: the characters of running text in the whole page."""
    if element.tag in _TEXT or places.around(element):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if "embed" in names or len(element.text_content()) > BOX_CHARS_MAX:
        return False
    share = 0.0 if _FOLDED.search(names) else BOX_PROSE_MAX
    return sum(_prose(element)) <= total * share


def _prose(root: HtmlElement) -> Iterator[int]:
    for paragraph in root.iter("p"):
        length = len(paragraph.text_content())
        if length >= PROSE_CHARS_MIN:
            yield length


def _linked_blocks(root: HtmlElement, places: Places) -> Iterator[tuple[HtmlElement, int, str]]:
    """The blocks that hold links: how many characters are link, and what stands before the first one."""
    blocks: dict[HtmlElement, list[HtmlElement]] = {}
    for link in islice(places.links_behind(root), LINKS_MAX):
        block = link.getparent()
        while block is not None and block.tag not in _BLOCKS:
            block = block.getparent()
        if block is not None and link.get("href"):
            blocks.setdefault(block, []).append(link)
    for block, links in blocks.items():
        if block.tag in ("div", "section", "td") and any(child.tag in _BLOCKS for child in block):
            continue
        linked = sum(len(one_line(link.text_content())) for link in links)
        text = one_line(block.text_content())
        first = one_line(links[0].text_content())
        yield block, linked, text[: text.find(first)] if first and first in text else ""


def _leads_away(block: HtmlElement, linked: int, label: str) -> bool:
    """A line that is nothing but a link to something else, or ``Related: link``."""
    text = one_line(block.text_content())
    if not text or not linked or block.tag not in ("p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote"):
        return False
    if label:
        rest = len(text) - len(label) - linked
        return len(label) <= LABEL_CHARS_MAX and bool(_LABEL.search(label)) and rest <= 3 and linked >= 20
    return linked >= len(text) * LINKED_SHARE and len(text) >= 15 and len(text.split()) >= 3


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()

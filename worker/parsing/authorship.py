"""Who a page shows as its authors: elements marked as byline, and links to authors' pages, of the article itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final
from urllib.parse import unquote

from lxml.html import HtmlElement

from worker.parsing.agencies import is_desk, is_role
from worker.parsing.article import Author
from worker.parsing.bylines import Byline, is_person, may_be_alias, merge_people, printed_byline, signed, tidy_name
from worker.parsing.places import Places
from worker.parsing.shape import is_prose
from worker.parsing.text import NAME_CHARS_MAX, comparable, short_line
from worker.parsing.urls import web_url

BYLINE_CHARS_MAX: Final = 240
ELEMENTS_MAX: Final = 60
LINKS_MAX: Final = 400

_PROFILE: Final = re.compile(
    r"(?i)/(?:authors?|autor(?:en|es|in)?|auteurs?|autore|autori|writers?|contributors?|columnists?|reporters?|"
    r"journalists?|journalistes?|profiles?|profil|people|staff|editors?|redaktion|redakteure?|redactores|firmas?|"
    r"signataires?|bio|byline|users?|members?|team)/(?P<slug>[^/?#]{2,80})/?(?:[?#].*)?$"
)
"""The address of somebody's page."""
_WEAK: Final = re.compile(r"(?i)/(?:users?|members?|team|people|staff|bio)/")
"""Readers and firms have pages at such addresses too: the address must repeat the name."""
_HCARD: Final = re.compile(r"(?=.*\bauthor\b).*\b(?:fn|vcard)\b")
"""Microformats hCard: the element holds the author's name."""
_AUTHOR_MARK: Final = re.compile(r"(?i)(?:^|[\s_-])(?:author|autor|auteur|byline|fn|vcard|contributor)s?(?:$|[\s_-])")


def shown_authors(marked: Sequence[HtmlElement], root: HtmlElement, places: Places) -> Byline:
    """From elements marked as byline; where they name nobody, from links to authors' pages."""
    byline = _marked_place(marked, places)
    if byline.people:
        return byline
    linked = _profile_links(root, places)
    return Byline(people=linked.people, desk=byline.desk or linked.desk)


def one_place(elements: Iterable[HtmlElement], places: Places, *, trusted: bool = False) -> Iterator[HtmlElement]:
    """The first element of the article itself that holds a name, and those that share its place.

    Beyond its grandparent begin the authors of other articles, and of pictures. ``trusted``: a machine says that they
    are names.
    """
    anchor: HtmlElement | None = None
    for element in elements:
        if places.elsewhere(element) or places.in_picture(element):
            continue
        if anchor is None:
            said = element.text_content()[: BYLINE_CHARS_MAX * 4]
            text = short_line(said if said.strip() else _stated_name(element), BYLINE_CHARS_MAX + 1)
            if not text or len(text) > BYLINE_CHARS_MAX:
                continue
            if trusted or (printed_byline(text) or _marked_byline(text, element)).people:
                anchor = _grandparent(element)
        elif anchor not in element.iterancestors():
            return
        yield element


def _stated_name(element: HtmlElement) -> str | None:
    """What is said for machines alone: ``content``, of the element or of the name in it."""
    named = element if element.get("content") else element.find(".//*[@itemprop='name'][@content]")
    return None if named is None else named.get("content")


def _marked_place(marked: Iterable[HtmlElement], places: Places) -> Byline:
    """From the first element marked as byline that holds people, and those that follow it at once."""
    people: list[Author] = []
    desk = None
    for element in one_place(islice(marked, ELEMENTS_MAX), places):
        text = short_line(element.text_content()[: BYLINE_CHARS_MAX * 4], BYLINE_CHARS_MAX + 1)
        if not text or len(text) > BYLINE_CHARS_MAX:
            continue
        byline = printed_byline(text) or _marked_byline(text, element)
        desk = desk or byline.desk
        people.extend(_linked(byline.people, element))
    return Byline(people=merge_people(people), desk=desk)


def _grandparent(element: HtmlElement) -> HtmlElement:
    """Where the other authors of the same article stand; beyond it begin the authors of other articles."""
    parent = element.getparent()
    above = element if parent is None else parent.getparent()
    return element if above is None or above.tag in ("body", "html") else above


def _marked_byline(text: str, element: HtmlElement) -> Byline:
    """Names without ``By``: each in an element of its own, or all in one text; one word where it links to a profile."""
    leaves = [leaf for leaf in islice(element.iter("a", "span", "strong"), 30) if len(leaf) == 0]
    names = [name for name in (tidy_name(leaf.text_content()[:200]) for leaf in leaves) if is_person(name)]
    if names:
        return Byline(people=merge_people(Author(name=name) for name in names))
    rel = element.get("rel") or ""
    marks = f"{element.get('class')} {rel}"
    if is_prose(text):
        return Byline()  # "Jane Doe writes about ferries"
    byline = signed(text, trusted=("author" in rel or bool(_HCARD.search(marks))) and len(text) <= 40)
    if byline.people or byline.desk:
        return byline
    links = [element] if element.tag == "a" else list(islice(element.iter("a"), 3))
    aliases = (_profiled(link) for link in links if _AUTHOR_MARK.search(marks))
    return Byline(people=merge_people(person for person in aliases if person and not is_desk(person.name)))


def _profile_links(root: HtmlElement, places: Places) -> Byline:
    """The first link behind the headline that leads to the page of whom it names, and those beside it."""
    if places.heading is None:
        return Byline()
    found: list[Author] = []
    anchor: HtmlElement | None = None
    for link in islice(places.links_behind(root), LINKS_MAX):
        if anchor is not None and anchor not in link.iterancestors():
            break
        person = _profiled(link)
        if person is None or places.elsewhere(link) or places.in_picture(link) or _in_prose(link):
            continue
        anchor = _grandparent(link) if anchor is None else anchor
        found.append(person)
    desk = next((person.name for person in found if is_desk(person.name)), None)
    return Byline(people=merge_people(person for person in found if not is_desk(person.name)), desk=desk)


def _profiled(link: HtmlElement) -> Author | None:
    """The person or desk that a link names and whose page its address says it leads to."""
    href = link.get("href") or ""
    match = _PROFILE.search(href) if len(href) <= 300 else None
    if match is None:
        return None
    name = tidy_name(short_line(link.text_content()[:200], NAME_CHARS_MAX) or "")
    if not name or is_role(name):
        return None
    slug, key = comparable(unquote(match["slug"])), comparable(name)
    same = bool(key) and (key in slug or slug in key)
    if (is_person(name) and (same or not _WEAK.search(href))) or (same and may_be_alias(name)):
        return Author(name=name, url=web_url(href))
    return None


def _in_prose(link: HtmlElement) -> bool:
    parent = link.getparent()
    return parent is not None and len(parent.text_content()[:2_000]) > BYLINE_CHARS_MAX


def _linked(people: tuple[Author, ...], element: HtmlElement) -> Iterator[Author]:
    """With the profile that the name links to, and the address beside it when there is one person."""
    links = [element] if element.tag == "a" else list(islice(element.iter("a"), 20))
    mails = [
        (link.get("href") or "")[7:].split("?")[0] for link in links if (link.get("href") or "").startswith("mailto:")
    ]
    for person in people:
        key = comparable(person.name)
        hrefs = (link.get("href") for link in links if key in comparable(link.text_content()[:200]))
        url = next(filter(None, (web_url(href) for href in hrefs)), None)
        mail = mails[0][:NAME_CHARS_MAX] if len(mails) == 1 and len(people) == 1 and "@" in mails[0] else None
        yield replace(person, email=person.email or mail, url=person.url or url)

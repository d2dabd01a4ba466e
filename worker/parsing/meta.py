"""What a page states in ``<meta>``, ``<link>``, ``<html lang>`` (Open Graph and its neighbours), and in microdata."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import lxml.html

from worker.parsing.article import Author
from worker.parsing.authorship import one_place
from worker.parsing.bylines import merge_people, signed, signed_or_site
from worker.parsing.canonical import believed_canonical
from worker.parsing.claims import Claims
from worker.parsing.dates import stated_time
from worker.parsing.language import stated_language
from worker.parsing.markup import bare_text
from worker.parsing.places import Places
from worker.parsing.text import (
    CAPTION_CHARS_MAX,
    LISTED_MAX,
    NAME_CHARS_MAX,
    TAG_CHARS_MAX,
    TAGS_CHARS_MAX,
    TAGS_MAX,
    TITLE_CHARS_MAX,
    listed_tags,
    short_line,
    unique,
)
from worker.parsing.urls import web_url

VALUES_MAX: Final = 60
AUTHOR_ITEMS_MAX: Final = 20

_AUTHOR: Final = [
    "dc:creator",
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "sailthru.author",
    "cxenseparse:author",
    "byl",
    "citation_author",
    "article:author_name",
    "article.author",
    "og:article:author",
    "dcsext.author",
    "bt:author",
    "rbauthors",
    "vr:author",
    "creator",
    "authors",
    "twitter:data1",
]
_PUBLISHED: Final = [
    "article:published_time",
    "og:article:published_time",
    "parsely-pub-date",
    "sailthru.date",
    "datepublished",
    "cxenseparse:publishtime",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "article.published",
    "publish-date",
    "publishdate",
    "pubdate",
    "ptime",
    "article_date_original",
    "date.created",
    "date_published",
    "citation_publication_date",
    "citation_online_date",
    "originalpublicationdate",
    "dc.date",
    "dcterms.date",
    "date",
    "og:published_time",
    "og:pubdate",
    "displaydate",
    "last-modified-original",
    "bt:pubdate",
    "release_date",
    "publication_date",
]
_MODIFIED: Final = [
    "article:modified_time",
    "og:updated_time",
    "og:article:modified_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
]
_TITLE: Final = [
    "dc:title",
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
    "headline",
    "citation_title",
]
_SITE: Final = ["og:site_name", "application-name", "al:android:app_name", "dc.publisher", "publisher", "cre"]
_SUMMARY: Final = ["og:description", "description", "twitter:description", "dc.description"]
_IMAGE: Final = ["og:image", "og:image:url", "twitter:image", "twitter:image:src", "thumbnail"]
_TAG: Final = ["article:tag", "news_keywords", "keywords", "parsely-tags", "og:article:tag"]
_SECTION: Final = ["article:section", "og:article:section", "parsely-section", "section", "cxenseparse:category"]

_CLOCK_VISIBLE: Final = re.compile(r"\d")


def stated_meta(root: lxml.html.HtmlElement) -> dict[str, list[str]]:
    """Names (lower case) to contents, in order of the page."""
    found: dict[str, list[str]] = defaultdict(list)
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
        content = (element.get("content") or element.get("value") or "").strip()
        if name and content and len(found[name]) < VALUES_MAX:
            found[name].append(content)
    return found


def claims(
    meta: dict[str, list[str]], root: lxml.html.HtmlElement, *, url: str | None, day_first: bool | None
) -> Claims:
    site = _line(meta, _SITE, NAME_CHARS_MAX)
    people, desk = _authors(meta, site)
    published = next(_values(meta, _PUBLISHED), None)
    time = next(filter(None, (stated_time(value, day_first=day_first) for value in _values(meta, _PUBLISHED))), None)
    return Claims(
        origin="meta",
        title=_line(meta, _TITLE, TITLE_CHARS_MAX),
        authors=people,
        agency=desk,
        publisher=site,
        published=time,
        modified=next(
            filter(None, (stated_time(value, day_first=day_first) for value in _values(meta, _MODIFIED))), None
        ),
        date_refused=published is not None and time is None,
        language=language(meta, root),
        summary=_line(meta, _SUMMARY, CAPTION_CHARS_MAX),
        images=unique(filter(None, (web_url(value, base=url) for value in _values(meta, _IMAGE))), LISTED_MAX),
        tags=unique(_tags(meta), TAGS_MAX),
        section=_line(meta, _SECTION, TAG_CHARS_MAX),
        canonical_url=_canonical(meta, root, url),
    )


def microdata(root: lxml.html.HtmlElement, places: Places, *, day_first: bool | None) -> Claims:
    """What schema.org attributes in the visible page say (``itemprop``)."""
    found: dict[str, list[lxml.html.HtmlElement]] = defaultdict(list)
    for element in root.iterfind(".//*[@itemprop]"):
        for name in (element.get("itemprop") or "").lower().split():
            if len(found[name]) < VALUES_MAX:
                found[name].append(element)
    stated = [_item_time(element) for element in found["datepublished"]]
    published = next(filter(None, (stated_time(value, day_first=day_first) for value in stated if value)), None)
    modified = [stated_time(value, day_first=day_first) for value in map(_item_time, found["datemodified"]) if value]
    people: list[Author] = []
    desk = None
    for name in _item_authors(found["author"][:AUTHOR_ITEMS_MAX], places):
        byline = signed(name, trusted=True)
        people.extend(byline.people)
        desk = desk or byline.desk
    headline = next((element.text_content() for element in found["headline"] if element.tag != "meta"), None)
    return Claims(
        origin="microdata",
        title=short_line(headline, TITLE_CHARS_MAX),
        authors=merge_people(people),
        agency=desk,
        published=published,
        modified=next(filter(None, modified), None),
        date_refused=any(stated) and published is None,
    )


def _authors(meta: dict[str, list[str]], site: str | None) -> tuple[tuple[Author, ...], str | None]:
    """From the first name that holds people; desks from any."""
    desk = None
    for name in _AUTHOR:
        if name == "twitter:data1" and not re.search(
            r"(?i)by|author|autor|von|par|escrito", (meta.get("twitter:label1") or [""])[0]
        ):
            continue
        people: list[Author] = []
        for value in meta.get(name, ()):
            if "://" in value or value.startswith("@"):
                continue
            byline = signed_or_site(bare_text(value), site, trusted=" " in value.strip())
            people.extend(byline.people)
            desk = desk or byline.desk
        if people:
            return merge_people(people), desk
    return (), desk


def _item_time(element: lxml.html.HtmlElement) -> str | None:
    stated = element.get("datetime") or element.get("content")
    return stated if stated and _CLOCK_VISIBLE.search(stated) else short_line(element.text_content(), 64)


def _item_authors(elements: Sequence[lxml.html.HtmlElement], places: Places) -> list[str]:
    """The names in the article's own place; where there is none, the only one that the page states anywhere."""
    own = [name for element in one_place(elements, places, trusted=True) for name in _item_names(element)]
    if own:
        return own
    stated = list(dict.fromkeys(name for element in elements for name in _item_names(element)))
    return stated if len(stated) == 1 else []


def _item_names(element: lxml.html.HtmlElement) -> list[str]:
    """An author's name, or several where one element holds several."""
    named = element.findall(".//*[@itemprop='name']")[:AUTHOR_ITEMS_MAX] or [element]
    names = ((chosen.get("content") or chosen.text_content()[:500]).strip() for chosen in named)
    return [name for name in names if name]


def language(meta: dict[str, list[str]], root: lxml.html.HtmlElement) -> str | None:
    html = root.getroottree().getroot()
    stated = [html.get("lang"), html.get("xml:lang"), html.get("{http://www.w3.org/XML/1998/namespace}lang")]
    stated.extend(_values(meta, ("og:locale", "dc.language", "content-language", "language")))
    return next(filter(None, map(stated_language, stated)), None)


def _canonical(meta: dict[str, list[str]], root: lxml.html.HtmlElement, url: str | None) -> str | None:
    links = (link.get("href") for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    return next(filter(None, (believed_canonical(value, url) for value in [*links, *meta.get("og:url", ())])), None)


def _values(meta: dict[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    return (value for name in names for value in meta.get(name, ()))


def _line(meta: dict[str, list[str]], names: Iterable[str], limit: int) -> str | None:
    lines = (short_line(bare_text(value[: limit * 8]), limit) for value in _values(meta, names))
    return next((line for line in lines if line), None)


def _tags(meta: dict[str, list[str]]) -> Iterator[str]:
    for name in _TAG:
        values = meta.get(name, ())
        for value in values:
            plain = bare_text(value[:TAGS_CHARS_MAX])
            alone = name == "article:tag" and len(values) > 1
            yield from filter(None, [short_line(plain, TAG_CHARS_MAX)]) if alone else listed_tags(plain)
        if values:
            return

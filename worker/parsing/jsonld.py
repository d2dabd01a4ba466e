"""What a publisher states in JSON-LD (schema.org): the article among the nodes of a page, and its claims."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import lxml.html

from worker.parsing import flags
from worker.parsing.article import Author
from worker.parsing.bylines import merge_people, signed_or_site
from worker.parsing.claims import Claims
from worker.parsing.dates import stated_time
from worker.parsing.language import stated_language
from worker.parsing.markup import bare_text
from worker.parsing.text import (
    CAPTION_CHARS_MAX,
    LISTED_MAX,
    NAME_CHARS_MAX,
    TAG_CHARS_MAX,
    TAGS_CHARS_MAX,
    TAGS_MAX,
    TITLE_CHARS_MAX,
    comparable,
    lines_of,
    listed_tags,
    short_line,
    unique,
)
from worker.parsing.urls import web_url

SCRIPT_CHARS_MAX: Final = 2_000_000
NODES_MAX: Final = 3_000

_ARTICLE: Final = re.compile(r"(?:Article|Posting|Report|Review|Recipe|CreativeWork|MediaObject)$")
_NEWS: Final = re.compile(r"(?:NewsArticle|Article|BlogPosting|LiveBlogPosting|Report)$")
_PERSONS: Final = frozenset({"Person", "person", ""})
_WRAPPED: Final = re.compile(
    r"^\s*(?:<!--|//\s?<!\[CDATA\[|<!\[CDATA\[|/\*\s?<!\[CDATA\[\s?\*/)|(?:-->|//\s?\]\]>|\]\]>|;)\s*$"
)
_BARE_CONTROL: Final = re.compile(r"[\x00-\x1f]+")


def nodes(root: lxml.html.HtmlElement) -> list[dict[str, Any]]:
    """Every object in the page's JSON-LD, outer ones first. A script that is no JSON is left out."""
    found: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            found.extend(_objects(_loaded(script.text)))
    return found[:NODES_MAX]


def claims(found: list[dict[str, Any]], *, url: str | None, day_first: bool | None) -> Claims:
    """What the article's node says; empty when the page has none. ``day_first`` reads 03/04/2020."""
    node = _article(found, url)
    if node is None:
        return Claims(origin="json_ld", publisher=_site_name(found))
    by_id = {item["@id"]: item for item in found if isinstance(item.get("@id"), str) and len(item) > 1}
    people, desk = _authors(node, by_id)
    published, modified = (_first_text(node.get(key)) for key in ("datePublished", "dateModified"))
    published = published or _first_text(node.get("dateCreated"))
    time = stated_time(published, day_first=day_first) if published else None
    return Claims(
        origin="json_ld",
        title=_line(node.get("headline") or node.get("name"), TITLE_CHARS_MAX),
        subtitle=_line(node.get("alternativeHeadline"), TITLE_CHARS_MAX),
        authors=people,
        agency=desk,
        publisher=_publisher(node, by_id) or _site_name(found),
        published=time,
        modified=stated_time(modified, day_first=day_first) if modified else None,
        date_refused=bool(published) and time is None,
        language=stated_language(_first_text(node.get("inLanguage"))),
        summary=_line(node.get("description"), CAPTION_CHARS_MAX),
        images=unique(_images(node.get("image"), by_id, url), LISTED_MAX),
        tags=unique(_tags(node.get("keywords")), TAGS_MAX),
        section=_line(_first_text(node.get("articleSection")), TAG_CHARS_MAX),
        canonical_url=None,
        paragraphs=tuple(lines_of(bare_text(_first_text(node.get("articleBody")) or ""))),
        flags=frozenset({flags.PAYWALL}) if _paid(node) else frozenset(),
    )


def _loaded(script: str) -> Any:
    """The script's JSON, also with comment marks around it or line feeds in its strings; else None."""
    text = _WRAPPED.sub("", script[:SCRIPT_CHARS_MAX].strip()).strip()
    for candidate in (text, _BARE_CONTROL.sub(" ", text), _WRAPPED.sub("", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(loaded: Any) -> Iterator[dict[str, Any]]:
    """Breadth first, so that an article comes before what it mentions."""
    queue = [loaded]
    for item in queue:  # grows while it is read
        if isinstance(item, dict):
            yield item
            queue.extend(value for value in item.values() if isinstance(value, dict | list))
        elif isinstance(item, list):
            queue.extend(value for value in item[:500] if isinstance(value, dict | list))
        if len(queue) > NODES_MAX:
            return


def types(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The node's types without their vocabulary's prefix."""
    stated = node.get("@type")
    listed = stated if isinstance(stated, list) else [stated]
    return tuple(str(item).rsplit("/", 1)[-1].rsplit(":", 1)[-1] for item in listed if item)


def _article(found: list[dict[str, Any]], url: str | None) -> dict[str, Any] | None:
    """The node about this page: news before other works, this page's address before another's, first before later."""
    best, best_score = None, 0
    for node in found:
        kinds = types(node)
        if not any(_ARTICLE.search(kind) for kind in kinds) and not ("WebPage" in kinds and node.get("datePublished")):
            continue
        score = 1 + 4 * any(_NEWS.search(kind) for kind in kinds)
        score += 8 * (bool(url) and _address(node) == _bare(url))
        score += sum(bool(node.get(key)) for key in ("headline", "datePublished", "author", "publisher"))
        if score > best_score:
            best, best_score = node, score
    return best


def _address(node: Mapping[str, Any]) -> str:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = node.get(key)
        value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(value, str) and value:
            return _bare(value)
    return ""


def _bare(url: str | None) -> str:
    return re.sub(r"^https?://(?:www\.|m\.|amp\.)?|[?#].*$|/$", "", (url or "")[:2_048])


def _authors(node: Mapping[str, Any], by_id: Mapping[str, Any]) -> tuple[tuple[Author, ...], str | None]:
    people: list[Author] = []
    desk = None
    site = _publisher(node, by_id)
    for item in _stated_authors(node):
        entry = by_id.get(item.get("@id", ""), item) if isinstance(item, dict) else {"name": item}
        full = " ".join(filter(None, (_first_text(entry.get(key)) for key in ("givenName", "familyName"))))
        for name in _listed(entry.get("name") or full):
            text = bare_text(str(name)) if isinstance(name, str) else ""
            if text.startswith("http"):
                continue
            byline = signed_or_site(text, site, trusted=True)
            organisation = not set(types(entry) or ("",)) & _PERSONS
            if organisation and not (len(byline.people) > 1):
                desk = desk or short_line(text, NAME_CHARS_MAX)
                continue
            desk = desk or byline.desk
            link = web_url(_first_text(entry.get("url") or entry.get("sameAs")))
            mail = _email(entry.get("email"))
            only = len(byline.people) == 1
            people.extend(
                Author(name=person.name, email=person.email or (mail if only else None), url=link if only else None)
                for person in byline.people
            )
    return merge_people(people), desk


def _stated_authors(node: Mapping[str, Any]) -> list[Any]:
    """``author``; ``creator`` where there is none, or where it lists more people, the author among them."""
    authors, creators = _listed(node.get("author")), _listed(node.get("creator"))
    names = {comparable(_first_text(item) or "") for item in authors}
    more = {comparable(_first_text(item) or "") for item in creators}
    return creators if names < more else authors


def _email(value: Any) -> str | None:
    text = (_first_text(value) or "").removeprefix("mailto:").strip()
    return text if "@" in text and " " not in text and len(text) <= NAME_CHARS_MAX else None


def _publisher(node: Mapping[str, Any], by_id: Mapping[str, Any]) -> str | None:
    for item in _listed(node.get("publisher") or node.get("sourceOrganization")):
        entry = by_id.get(item.get("@id", ""), item) if isinstance(item, dict) else {"name": item}
        name = _line(entry.get("name"), NAME_CHARS_MAX)
        if name and not name.startswith("http"):
            return name
    return None


def _site_name(found: list[dict[str, Any]]) -> str | None:
    sites = (node for node in found if set(types(node)) & {"WebSite", "NewsMediaOrganization"})
    return next((name for name in (_line(site.get("name"), NAME_CHARS_MAX) for site in sites) if name), None)


def _paid(node: Mapping[str, Any]) -> bool:
    return str(_first_text(node.get("isAccessibleForFree")) or "").strip().lower() in (
        "false",
        "http://schema.org/false",
    )


def _images(value: Any, by_id: Mapping[str, Any], base: str | None) -> Iterator[str]:
    for item in _listed(value)[:LISTED_MAX]:
        entry = by_id.get(item.get("@id", ""), item) if isinstance(item, dict) else {"url": item}
        address = web_url(_first_text(entry.get("url") or entry.get("contentUrl")), base=base)
        if address:
            yield address


def _tags(value: Any) -> Iterator[str]:
    for item in _listed(value):
        text = item.get("name") if isinstance(item, dict) else item
        yield from (tag for tag in listed_tags(bare_text(str(text or "")[:TAGS_CHARS_MAX])) if "://" not in tag)


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _first_text(value: Any) -> str | None:
    for item in _listed(value):
        text = item.get("name") or item.get("@id") or item.get("url") if isinstance(item, dict) else item
        if isinstance(text, bool | int | float):
            return str(text)
        if isinstance(text, str) and text.strip():
            return text.strip()
    return None


def _line(value: Any, limit: int) -> str | None:
    return short_line(bare_text((_first_text(value) or "")[: limit * 8]), limit)

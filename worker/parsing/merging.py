"""Layers of claims to one article: the first layer that knows a field decides; times are refined, people completed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from shared.schema import RawArticle
from worker.parsing import flags
from worker.parsing.article import Author, Origin, ParsedArticle, StatedTime
from worker.parsing.claims import Claims
from worker.parsing.dates import agree, finer, in_zone, plausible
from worker.parsing.endings import addressed
from worker.parsing.language import contradicts_script, stated_language, told_language
from worker.parsing.text import LISTED_MAX, TAGS_MAX, comparable, join_paragraphs, unique
from worker.parsing.titles import cleaned_title
from worker.parsing.urls import site_words, web_url

T = TypeVar("T")

_MACHINE: Final = ("seed", "json_ld", "microdata", "meta", "feed")


def merged(raw: RawArticle, layers: Sequence[Claims], found: set[str]) -> ParsedArticle:
    """``layers`` in falling order of trust; ``found`` are the flags so far."""
    layers = [_without_site(layer, _site_names(layers, raw.url)) for layer in layers]
    published, published_from = _published(raw, layers, found)
    paragraphs, text_from = _first(layers, lambda layer: layer.paragraphs)
    authors, authors_from = _first(layers, lambda layer: layer.authors)
    publisher, _ = _first(layers, lambda layer: layer.publisher)
    title, title_from = _first(layers, lambda layer: layer.title)
    text = join_paragraphs(paragraphs or ())
    if not text:
        found.add(flags.NO_TEXT)
    provenance = {"title": title_from, "authors": authors_from, "published_at": published_from, "text": text_from}
    return ParsedArticle(
        url=web_url(raw.url),
        canonical_url=_first(layers, lambda layer: layer.canonical_url)[0],
        publisher=publisher,
        title=cleaned_title(title, site=[publisher] if publisher else ()),
        subtitle=_subtitle(layers, title),
        authors=_completed(authors or (), layers),
        agency=_agency(layers, publisher),
        dateline=_first(layers, lambda layer: layer.dateline)[0],
        published=published,
        modified=_modified(raw, layers),
        language=_language(raw, layers, text),
        text=text,
        summary=_first(layers, lambda layer: layer.summary)[0],
        captions=_all(layers, lambda layer: layer.captions, LISTED_MAX),
        images=_all(layers, lambda layer: layer.images, LISTED_MAX),
        tags=_first(layers, lambda layer: unique(layer.tags, TAGS_MAX))[0] or (),
        section=_first(layers, lambda layer: layer.section)[0],
        flags=tuple(sorted(found)),
        provenance={name: origin for name, origin in provenance.items() if origin},
    )


def _first(layers: Sequence[Claims], field: Callable[[Claims], T | None]) -> tuple[T | None, Origin | None]:
    for layer in layers:
        if value := field(layer):
            return value, layer.origin
    return None, None


def _all(layers: Sequence[Claims], field: Callable[[Claims], tuple[str, ...]], limit: int) -> tuple[str, ...]:
    return unique((value for layer in layers for value in field(layer)), limit)


def _published(raw: RawArticle, layers: Sequence[Claims], found: set[str]) -> tuple[StatedTime | None, Origin | None]:
    """The first possible time, with what other layers add to it: the clock of that day, the zone of that clock."""
    stated = [(in_zone(layer.published, raw.timezone), layer.origin) for layer in layers if layer.published]
    possible = [(time, origin) for time, origin in stated if plausible(time, raw.seen_at)]
    if len(possible) < len(stated) or any(layer.date_refused for layer in layers):
        found.add(flags.DATE_INVALID)
    if not possible:
        return None, None
    time, origin = possible[0]
    for other, _ in possible[1:]:
        time = finer(time, other)
    if any(not agree(time, other) for other, where in possible if where in _MACHINE):
        found.add(flags.DATES_DISAGREE)
    time = in_zone(time, raw.timezone)
    if time.offset_minutes is None and time.precision != "day":
        found.add(flags.ZONE_UNKNOWN)
    return time, origin


def _modified(raw: RawArticle, layers: Sequence[Claims]) -> StatedTime | None:
    times = (in_zone(layer.modified, raw.timezone) for layer in layers if layer.modified)
    return next((time for time in times if plausible(time, raw.seen_at)), None)


def _completed(authors: tuple[Author, ...], layers: Sequence[Claims]) -> tuple[Author, ...]:
    """The chosen people with the e-mail and profile that other layers give for the same name."""
    completed = []
    for person in authors:
        others = [
            other for layer in layers for other in layer.authors if comparable(other.name) == comparable(person.name)
        ]
        email = next((other.email for other in others if other.email), None)
        url = next((other.url for other in others if other.url), None)
        completed.append(replace(person, email=person.email or email, url=person.url or url))
    return addressed(completed, unique((email for layer in layers for email in layer.emails), LISTED_MAX))


def _agency(layers: Sequence[Claims], publisher: str | None) -> str | None:
    """A desk that is only the publisher again says nothing."""
    key = comparable(publisher or "")
    names = [layer.agency for layer in layers if layer.agency]
    return next((name for name in names if comparable(name) != key), None)


def _subtitle(layers: Sequence[Claims], title: str | None) -> str | None:
    subtitle = _first(layers, lambda layer: layer.subtitle)[0]
    return subtitle if subtitle and comparable(subtitle) != comparable(title or "") else None


def _language(raw: RawArticle, layers: Sequence[Claims], text: str) -> str | None:
    """Stated by the article, else by the source's setting, else told from the text; never against the script."""
    stated = _first(layers, lambda layer: layer.language)[0] or stated_language(raw.language)
    if stated and not contradicts_script(stated, text):
        return stated
    return told_language(text)


def _site_names(layers: Sequence[Claims], url: str | None) -> frozenset[str]:
    """The names a site goes by, compared without punctuation."""
    canonical = _first(layers, lambda layer: layer.canonical_url)[0]
    names = [layer.publisher for layer in layers if layer.publisher]
    return frozenset(comparable(name) for name in (*names, *site_words(url), *site_words(canonical)) if len(name) > 1)


def _without_site(layer: Claims, site: frozenset[str]) -> Claims:
    """Without authors that are the site itself: they become its desk."""
    people = [person for person in layer.authors if not _is_site(person.name, site)]
    if len(people) == len(layer.authors):
        return layer
    desk = next(person.name for person in layer.authors if _is_site(person.name, site))
    return replace(layer, authors=tuple(people), agency=layer.agency or desk)


def _is_site(name: str, site: frozenset[str]) -> bool:
    key = comparable(name)
    return (
        key in site
        or any(len(key) > 5 and key in known for known in site)
        or any(comparable(word) in site for word in name.split() if len(word) > 1 and word.isupper())
    )

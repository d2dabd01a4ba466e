"""Layers of claims to one article: the first layer that knows a field decides; times are refined, people completed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from shared.schema import RawArticle
from worker.parsing import flags
from worker.parsing.article import Author, Origin, ParsedArticle, StatedTime
from worker.parsing.claims import Claims
from worker.parsing.dates import agree, finer, in_zone, located, plausible
from worker.parsing.endings import addressed
from worker.parsing.language import contradicts_script, stated_language, told_language
from worker.parsing.provenance import provenance, same_moment
from worker.parsing.text import LISTED_MAX, TAGS_MAX, comparable, join_paragraphs, unaccented, unique
from worker.parsing.titles import cleaned_title
from worker.parsing.urls import site_words, web_url

T = TypeVar("T")

_AROUND_SECTION: Final = " ,;|/>›»"
"""``News,`` and ``News >``: the rest of a list or a path that a template left."""
_MACHINE: Final = ("seed", "json_ld", "microdata", "meta", "feed")


def merged(raw: RawArticle, layers: Sequence[Claims], found: set[str]) -> ParsedArticle:
    """``layers`` in falling order of trust; ``found`` are the flags so far."""
    layers = [_without_site(layer, _site_names(layers, raw.url)) for layer in layers]
    origins: dict[str, Origin | None] = {}

    def first(name: str, claimed: Callable[[Claims], T | None], among: Sequence[Claims] = layers) -> T | None:
        value, origins[name] = _first(among, claimed)
        return value

    published, origins["published_at"] = _published(raw, layers, found)
    modified, origins["modified_at"] = _modified(raw, layers)
    title = first("title", lambda layer: layer.title, sorted(layers, key=_title_rank))
    publisher = first("publisher", lambda layer: layer.publisher)
    authors = first("authors", lambda layer: layer.authors, _with_own_page(layers)) or ()
    text = join_paragraphs(first("text", lambda layer: layer.paragraphs) or ())
    subtitle = first("subtitle", lambda layer: _other_than(layer.subtitle, title))
    agency = first("agency", lambda layer: _other_than(layer.agency, publisher))
    language, origins["language"] = _language(raw, layers, text)
    if not text:
        found.add(flags.NO_TEXT)
    return ParsedArticle(
        url=web_url(raw.url),
        canonical_url=first("canonical_url", lambda layer: layer.canonical_url),
        publisher=publisher,
        title=cleaned_title(title, site=[publisher] if publisher else ()),
        subtitle=subtitle,
        authors=_completed(authors, layers),
        agency=agency,
        dateline=first("dateline", lambda layer: layer.dateline),
        published=published,
        modified=modified,
        language=language,
        text=text,
        summary=first("summary", lambda layer: layer.summary),
        captions=_all(layers, lambda layer: layer.captions, LISTED_MAX),
        images=_all(layers, lambda layer: layer.images, LISTED_MAX),
        tags=first("tags", lambda layer: unique(layer.tags, TAGS_MAX)) or (),
        section=first("section", lambda layer: (layer.section or "").strip(_AROUND_SECTION) or None),
        flags=tuple(sorted(found)),
        provenance=provenance(origins, layers),
    )


def _with_own_page(layers: Sequence[Claims]) -> Sequence[Claims]:
    """Whose page the byline links to goes before ``<meta>`` that names others: that may be the site's owner."""
    stated = next((layer for layer in layers if layer.authors), None)
    shown = next((layer for layer in layers if layer.origin == "page"), None)
    if stated is None or shown is None or stated.origin != "meta" or not any(person.url for person in shown.authors):
        return layers
    names = {comparable(person.name) for person in stated.authors}
    if any(comparable(person.name) in names for person in shown.authors):
        return layers
    return [shown, *(layer for layer in layers if layer is not shown)]


def _title_rank(layer: Claims) -> int:
    """A page's heading is given only where a stated title confirms it or none is stated: it goes before those."""
    return {"seed": 0, "page": 1}.get(layer.origin, 2)


def _other_than(value: str | None, known: str | None) -> str | None:
    """None for what only says the known again: a desk that is the publisher, a subtitle that is the title."""
    return value if value and comparable(value) != comparable(known or "") else None


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
    shown = next((time for time, where in possible if where == "page"), None)
    time, origin = _sided(possible, shown)
    for other, _ in possible:
        time = finer(time, other)
    if any(not agree(time, other) for other, where in possible if where in _MACHINE):
        found.add(flags.DATES_DISAGREE)
    time = in_zone(time, raw.timezone)
    if shown and origin in _MACHINE:
        time = located(time, shown)
    if time.offset_minutes is None and time.precision != "day":
        found.add(flags.ZONE_UNKNOWN)
    return time, origin


def _sided(possible: Sequence[tuple[StatedTime, Origin]], shown: StatedTime | None) -> tuple[StatedTime, Origin]:
    """The first statement, unless the page shows readers another day and a later machine statement says that day too.

    A person's word stands.
    """
    first, origin = possible[0]
    if shown is None or origin == "seed" or _same_day(first, shown):
        return first, origin
    siding = (each for each in possible[1:] if each[1] in _MACHINE and _same_day(each[0], shown))
    return next(siding, possible[0])


def _same_day(first: StatedTime, second: StatedTime) -> bool:
    """The same day as printed, or the same moment in two zones."""
    return first.local.date() == second.local.date() or same_moment(first, second)


def _modified(raw: RawArticle, layers: Sequence[Claims]) -> tuple[StatedTime | None, Origin | None]:
    times = ((in_zone(layer.modified, raw.timezone), layer.origin) for layer in layers if layer.modified)
    return next(((time, origin) for time, origin in times if plausible(time, raw.seen_at)), (None, None))


def _completed(authors: tuple[Author, ...], layers: Sequence[Claims]) -> tuple[Author, ...]:
    """The chosen people with the e-mail and profile that other layers give for the same name.

    Where nobody is named, whoever the addresses behind the text belong to: an address is known and its name is not.
    """
    if not authors:
        signed = unique((email for layer in layers for email in layer.signatures), LISTED_MAX)
        return tuple(Author(name="", email=email) for email in signed)
    completed = []
    named = [other for layer in layers for other in layer.authors]
    for person in (_in_full(person, named) for person in authors):
        others = [other for other in named if comparable(other.name) == comparable(person.name)]
        email = next((other.email for other in others if other.email), None)
        url = next((other.url for other in others if other.url), None)
        completed.append(replace(person, email=person.email or email, url=person.url or url))
    return addressed(completed, unique((email for layer in layers for email in layer.emails), LISTED_MAX))


def _in_full(person: Author, named: Sequence[Author]) -> Author:
    """``Ida`` as ``Ida Krog`` where another layer says so, and no second Ida."""
    if " " in person.name or not person.name.isascii():
        return person
    full = {
        other.name
        for other in named
        if person.name.casefold() in other.name.casefold().split()[:1] and " " in other.name
    }
    return replace(person, name=full.pop()) if len(full) == 1 else person


def _language(raw: RawArticle, layers: Sequence[Claims], text: str) -> tuple[str | None, Origin | None]:
    """Stated by the article, else by the source's setting, else told from the text; never against the script."""
    stated, origin = _first(layers, lambda layer: layer.language)
    if stated is None:
        stated, origin = stated_language(raw.language), "setting"
    if stated and not contradicts_script(stated, text):
        return stated, origin
    told = told_language(text)
    return told, "text" if told else None


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
        or unaccented(key) in site
        or any(len(key) > 5 and key in known for known in site)
        or any(comparable(word) in site for word in name.split() if len(word) > 1 and word.isupper())
    )

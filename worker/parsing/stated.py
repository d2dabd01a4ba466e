"""What the source says outside the body: the fields of a feed entry or of a seed's JSON line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shared.schema import RawArticle, StatedAuthor
from worker.parsing.article import Author
from worker.parsing.bylines import merge_people, signed
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
    listed_tags,
    short_line,
    unique,
)
from worker.parsing.urls import web_url


def stated_claims(raw: RawArticle) -> Claims:
    """Origin ``feed`` or ``seed``, by the source's key."""
    stated = raw.stated
    people, desk = _authors(stated.authors)
    published = stated_time(stated.published_at) if stated.published_at else None
    return Claims(
        origin="feed" if raw.source_key.startswith("feed:") else "seed",
        title=_line(stated.title, TITLE_CHARS_MAX),
        authors=people,
        agency=desk,
        publisher=_line(stated.publisher, NAME_CHARS_MAX),
        published=published,
        modified=stated_time(stated.modified_at) if stated.modified_at else None,
        date_refused=bool(stated.published_at and stated.published_at.strip()) and published is None,
        language=stated_language(stated.language),
        summary=_line(stated.summary, CAPTION_CHARS_MAX),
        images=unique(filter(None, (web_url(image, base=raw.url) for image in stated.images)), LISTED_MAX),
        tags=unique(_tags(stated.tags), TAGS_MAX),
        section=_line(stated.section, TAG_CHARS_MAX),
    )


def _authors(stated: tuple[StatedAuthor, ...]) -> tuple[tuple[Author, ...], str | None]:
    """People and the first desk. An entry may hold several names, or an RSS ``mail@paper.com (Name)``."""
    people: list[Author] = []
    desk = None
    for author in stated:
        byline = signed(_unwrapped(bare_text((author.name or "")[:2_000])), trusted=True)
        desk = desk or byline.desk
        only = len(byline.people) == 1
        email = short_line(author.email, NAME_CHARS_MAX) if only else None
        url = web_url(author.url) if only else None
        people.extend(replace(person, email=email or person.email, url=url or person.url) for person in byline.people)
    return merge_people(people), desk


def _unwrapped(name: str) -> str:
    """``mail@paper.com (Jane Doe)`` as ``Jane Doe mail@paper.com``: in RSS 2.0 the name stands in brackets."""
    head, bracket, tail = name.partition("(")
    return f"{tail.rstrip(' )')} {head}" if bracket and "@" in head else name


def _tags(tags: tuple[str, ...]) -> Iterator[str]:
    """One tag with a semicolon or several commas is a list of them (``Doe, Jane`` is a tag)."""
    if len(tags) == 1 and (";" in bare_text(tags[0][:TAGS_CHARS_MAX]) or tags[0].count(",") > 1):
        return listed_tags(bare_text(tags[0][:TAGS_CHARS_MAX]))
    return (line for line in (_line(tag, TAG_CHARS_MAX) for tag in tags) if line)


def _line(value: str | None, limit: int) -> str | None:
    return short_line(bare_text((value or "")[: limit * 8]), limit)

"""What one layer of an article says about it. A field that the layer is silent on is None or empty."""

from __future__ import annotations

from dataclasses import dataclass

from worker.parsing.article import Author, Origin, StatedTime


@dataclass(frozen=True, kw_only=True)
class Claims:
    """``date_refused``: the layer states a date that is none. ``paragraphs`` are the layer's idea of the body.

    ``set_aside`` is a body that the layer states and another was preferred to.
    ``emails`` sign the text without a name: they belong to the authors that other layers name. ``signatures`` are those
    that stand behind its last sentence: authors without a name, where no layer names one.
    """

    origin: Origin
    title: str | None = None
    subtitle: str | None = None
    authors: tuple[Author, ...] = ()
    agency: str | None = None
    publisher: str | None = None
    dateline: str | None = None
    published: StatedTime | None = None
    modified: StatedTime | None = None
    date_refused: bool = False
    language: str | None = None
    summary: str | None = None
    captions: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str | None = None
    canonical_url: str | None = None
    paragraphs: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()

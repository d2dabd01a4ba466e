"""Finds what `copydesk dedupe --explain A B` names: stored articles, or files with raw articles."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from shared.schema import RawArticle
from worker.dedup.fingerprint import Fingerprint, fingerprint
from worker.explaining import Explanation, Side, explain
from worker.parsing.parser import parse
from worker.storage.reading import ArticleDetail, ArticleRow, NoArticle, SeveralArticles, article
from worker.storage.storyfacts import boilerplate_of, story_facts

FILE_BYTES_MAX: Final = 32 * 1024 * 1024


class NotFoundError(Exception):
    """No article and no file is called so; one sentence."""


def names_file(name: str) -> bool:
    """Whether a file is meant, and no article: an id holds no separator, and is seldom a file's name."""
    return os.sep in name or Path(name).is_file()


def explanation_of(engine: Engine | None, one: str, other: str) -> Explanation:
    """``engine``: None where there is no store to ask. Raises NotFoundError, DatabaseAwayError."""
    details: dict[str, ArticleDetail] = {}
    sides = [_side(engine, name, details) for name in (one, other)]
    windows = {window for side in sides for window in side.print.sampled}
    boilerplate = boilerplate_of(engine, windows) if engine else frozenset()
    members = {row.public_id: _print(row) for detail in details.values() for row in (detail.row, *detail.copies)}
    return explain(*sides, boilerplate=boilerplate, members=members)


def _side(engine: Engine | None, name: str, details: dict[str, ArticleDetail]) -> Side:
    if names_file(name):
        return _file(name)
    found = article(engine, name) if engine else NoArticle(prefix=name)
    if isinstance(found, NoArticle):
        raise NotFoundError(f"no article has the id {name!r} and no file is called so; copydesk articles lists the ids")
    if isinstance(found, SeveralArticles):
        raise NotFoundError(f"several ids begin so: {', '.join(found.public_ids)}")
    assert engine is not None
    details[name] = found
    print_ = _print(found.row)
    return Side(
        name=found.row.public_id,
        entry_key=found.row.entry_key,
        print=print_,
        story_id=found.row.story_id,
        copy_of=found.row.copy_of,
        facts=story_facts(engine, found.row.public_id, print_.sampled),
    )


def _print(row: ArticleRow) -> Fingerprint:
    return fingerprint(row.source_key, row.entry_key, row.source, row.parsed, seen_at=row.first_seen_at)


def _file(name: str) -> Side:
    """A page where the file begins with ``<``, else raw text; its name is its source, as two outlets have two."""
    try:
        with Path(name).open("rb") as opened:
            body = opened.read(FILE_BYTES_MAX)
    except OSError as error:
        raise NotFoundError(f"{name} cannot be read: {error.strerror}") from error
    raw = RawArticle(
        source_key=f"seed:{name}",
        source=name,
        entry_key=name,
        kind="page" if body.lstrip().startswith(b"<") else "text",
        body=body,
        seen_at=datetime.now(UTC),
    )
    print_ = fingerprint(raw.source_key, raw.entry_key, raw.source, parse(raw), seen_at=raw.seen_at)
    return Side(name=name, entry_key=name, print=print_)

"""The tables, the same on SQLite and PostgreSQL. Every change here is a migration beside it and a new SCHEMA_HISTORY.

Inside, articles and stories have integer keys; outside, only ``public_id`` is seen.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from worker.storage.columns import Digest, Json, Key, UtcDateTime, UtcSeconds

SCHEMA_HISTORY: Final = ("0001", "0002", "0003", "0004")
"""Every schema there has been, oldest first; the last is this release's. Held to the migrations by a test."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _stated_time(field: str) -> tuple[Column[object], ...]:
    # As stated (naive), the offset in minutes or NULL, and the instant to sort by (unknown zone taken as UTC).
    return (
        Column(f"{field}_local", DateTime()),
        Column(f"{field}_offset", Integer),
        Column(f"{field}_sort", UtcDateTime),
        Column(f"{field}_precision", String(6)),
    )


stories = Table(
    "stories",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", String(16), nullable=False, unique=True),
    # Empty only inside the transaction that founds the story (story and lead name each other), and in a story that was
    # merged and whose former lead was purged.
    # Indexed, as is every column that names an article or a story: deleting one looks who names it.
    Column("lead_article_id", Key, ForeignKey("articles.id", use_alter=True), index=True),
    Column("created_at", UtcDateTime, nullable=False),
    # The story that swallowed this one; articles move with it, so this serves only those who hold the old id.
    Column("merged_into", Key, ForeignKey("stories.id"), index=True),
    CheckConstraint("length(public_id) = 16", name="public_id"),
)

articles = Table(
    "articles",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", String(16), nullable=False, unique=True),
    # SHA-256 over source key and entry key, which together may be longer than an index entry (2,704 bytes) can be.
    Column("identity", Digest, nullable=False, unique=True),
    Column("source_key", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("entry_key", Text, nullable=False),
    Column("story_id", Key, ForeignKey("stories.id"), nullable=False),
    Column("copy_of", Key, ForeignKey("articles.id"), index=True),
    Column("hidden", Boolean, nullable=False),  # flags alone decide; copies are told by copy_of
    Column("raw_id", Text, nullable=False),  # of the raw article that the current text was parsed from
    Column(
        "seen_at", UtcDateTime, nullable=False
    ),  # when the source last said so: a text said before never replaces it
    Column("revision", Integer, nullable=False),  # number of the current text, from 1
    Column("url", Text),
    Column("canonical_url", Text),
    Column("publisher", Text),
    Column("title", Text),
    Column("subtitle", Text),
    Column("authors", Json, nullable=False),
    Column("agency", Text),
    Column("dateline", Text),
    *_stated_time("published"),
    *_stated_time("modified"),
    Column("language", Text),
    Column("text", Text, nullable=False),
    Column("summary", Text),
    Column("captions", Json, nullable=False),
    Column("images", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("section", Text),
    Column("word_count", Integer, nullable=False),
    Column("flags", Json, nullable=False),
    Column("provenance", Json, nullable=False),
    Column("content_hash", Digest, index=True),  # NULL without text; not unique: copies have the same
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("listed_at", UtcDateTime, nullable=False),  # published, else first seen: what listings sort by
    # Never NULL; nullable because SQLite adds no other column without making the table anew.
    Column("leads_from", UtcDateTime),  # the earliest leads its story
    Column("spoken_by", Digest),  # the item of its update chain that said the current text; NULL: its own identity
    Column("chain_key", BigInteger),  # of its source and its headline without marks like (LEAD); NULL without a title
    Column("address_key", BigInteger),  # of its URL, the same for every address of one article; NULL without a URL
    CheckConstraint("length(public_id) = 16", name="public_id"),
    CheckConstraint("length(identity) = 32", name="identity"),
    CheckConstraint("revision >= 1", name="revision"),
    Index("ix_articles_listed_at", "listed_at", "id"),
    Index("ix_articles_story_id", "story_id", "hidden", "leads_from", "id"),  # its first is the story's lead
    Index("ix_articles_chain_key", "chain_key"),
    Index("ix_articles_address_key", "address_key"),
    sqlite_autoincrement=True,  # an id is never used twice, so that a cursor over ids misses nothing
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("article_id", Key, ForeignKey("articles.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text),
    Column("subtitle", Text),
    Column("authors", Json, nullable=False),
    *_stated_time("published"),
    *_stated_time("modified"),
    Column("text", Text, nullable=False),
    Column("content_hash", Digest, index=True),
    Column("raw_id", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("replaced_at", UtcDateTime, nullable=False),
    # What changed when it was replaced (ChangeClass); NULL in what the first release stored.
    Column("change", String(10)),
    UniqueConstraint("article_id", "number"),
)

chain_items = Table(
    "chain_items",
    metadata,
    # Entries of an article's own source that became its revisions: the next items of its update chain.
    Column("identity", Digest, primary_key=True),
    Column("article_id", Key, ForeignKey("articles.id"), nullable=False, index=True),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Key, primary_key=True),
    Column("raw_id", Text, nullable=False, unique=True),
    Column("article_id", Key, ForeignKey("articles.id"), nullable=False, index=True),
    Column("source_key", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("entry_key", Text, nullable=False),
    Column("url", Text),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("settled", String(9), nullable=False),
    Column("settled_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("settled IN ('stored', 'revised', 'copied', 'duplicate')", name="settled"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Key, primary_key=True),
    Column("raw_id", Text, nullable=False, unique=True),
    Column("source_key", Text),
    Column("source", Text),
    Column("entry_key", Text),
    Column("url", Text),
    Column("meta", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("quarantined_at", UtcDateTime, nullable=False, index=True),
)

raw_articles = Table(
    "raw_articles",
    metadata,
    Column("raw_id", Text, primary_key=True),
    Column("article_id", Key, ForeignKey("articles.id"), nullable=False, index=True),
    Column("meta", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False, index=True),
)

tombstones = Table(
    "tombstones",
    metadata,
    # What is left of a raw article that was purged: its place in the ledger, and marks by which it is known again.
    Column("raw_id", Text, primary_key=True),
    # Marks are 64-bit digests (worker/dedup/tombstone.py): of source and entry key, of headline and text.
    Column("entry", BigInteger, index=True),
    Column("content", BigInteger, index=True),
    # For `copydesk trace` alone, which reads the whole table: the article's public id, and digests.
    Column("article", BigInteger),
    Column("entry_key", BigInteger),
    Column("url", BigInteger),
    Column("settled", String(11), nullable=False),
    Column("settled_at", UtcSeconds, nullable=False),
    Column("purged_at", UtcSeconds, nullable=False),
    CheckConstraint("settled IN ('stored', 'revised', 'copied', 'duplicate', 'quarantined')", name="settled"),
)

outbox_counter = Table(
    "outbox_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

outbox = Table(
    "outbox",
    metadata,
    # From the counter, under the decision lock: a gap is a real gap (identity columns skip on rollback).
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("event_id", String(64), nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("article_public_id", String(16)),
    Column("payload", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("relayed_at", UtcDateTime),
    Index(
        "ix_outbox_waiting",
        "seq",
        sqlite_where=text("relayed_at IS NULL"),
        postgresql_where=text("relayed_at IS NULL"),
    ),
)

story_fingerprints = Table(
    "story_fingerprints",
    metadata,
    # A signed 64-bit hash of a word window: neither engine holds an unsigned one.
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    # The article that stands there for its story. No foreign key: it would be checked 30 times per article.
    Column("article_id", Key, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,  # a quarter of the size (measured)
)

fingerprint_stop = Table(
    "fingerprint_stop",
    metadata,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

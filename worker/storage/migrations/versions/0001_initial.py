"""All tables, the two of near-duplicate detection included, which stay empty until it comes.

``op.f``: the name is final; without it the naming convention would put its prefix before it a second time.
A migration repeats what the tables were like when it was written; it takes nothing from ``tables.py``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from worker.storage.columns import Digest, Json, Key, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stories_and_articles()
    _article_indexes()
    _revisions()
    _sightings()
    _quarantine()
    _raw_articles()
    _outbox()
    _fingerprints()


def _stated_time(field: str) -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(f"{field}_local", sa.DateTime()),
        sa.Column(f"{field}_offset", sa.Integer()),
        sa.Column(f"{field}_sort", UtcDateTime()),
        sa.Column(f"{field}_precision", sa.String(6)),
    )


def _stories_and_articles() -> None:
    op.create_table(
        "stories",
        sa.Column("id", Key, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("lead_article_id", Key),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("merged_into", Key),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
        sa.UniqueConstraint("public_id", name="uq_stories_public_id"),
        sa.CheckConstraint("length(public_id) = 16", name=op.f("ck_stories_public_id")),
        sa.ForeignKeyConstraint(["merged_into"], ["stories.id"], name="fk_stories_merged_into"),
        # SQLite writes it here, though the other table does not exist yet; PostgreSQL wants it afterwards.
        sa.ForeignKeyConstraint(
            ["lead_article_id"], ["articles.id"], name="fk_stories_lead_article_id", use_alter=True
        ),
    )
    _articles()
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key("fk_stories_lead_article_id", "stories", "articles", ["lead_article_id"], ["id"])


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", Key, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("identity", Digest, nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=False),
        sa.Column("story_id", Key, nullable=False),
        sa.Column("copy_of", Key),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("raw_id", sa.Text(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("url", "canonical_url", "publisher", "title", "subtitle")),
        sa.Column("authors", Json, nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("dateline", sa.Text()),
        *_stated_time("published"),
        *_stated_time("modified"),
        sa.Column("language", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text()),
        *(sa.Column(name, Json, nullable=False) for name in ("captions", "images", "tags")),
        sa.Column("section", sa.Text()),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("flags", Json, nullable=False),
        sa.Column("provenance", Json, nullable=False),
        sa.Column("content_hash", Digest),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("listed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("public_id", name="uq_articles_public_id"),
        sa.UniqueConstraint("identity", name="uq_articles_identity"),
        sa.CheckConstraint("length(public_id) = 16", name=op.f("ck_articles_public_id")),
        sa.CheckConstraint("length(identity) = 32", name=op.f("ck_articles_identity")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_articles_revision")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_articles_story_id"),
        sa.ForeignKeyConstraint(["copy_of"], ["articles.id"], name="fk_articles_copy_of"),
        sqlite_autoincrement=True,
    )


def _article_indexes() -> None:
    op.create_index("ix_articles_story_id", "articles", ["story_id"])
    op.create_index("ix_articles_copy_of", "articles", ["copy_of"])
    op.create_index("ix_articles_content_hash", "articles", ["content_hash"])
    op.create_index("ix_articles_listed_at", "articles", ["listed_at", "id"])
    op.create_index("ix_articles_url", "articles", ["url"], postgresql_using="hash")


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", Key, nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("subtitle", sa.Text()),
        sa.Column("authors", Json, nullable=False),
        *_stated_time("published"),
        *_stated_time("modified"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", Digest),
        sa.Column("raw_id", sa.Text(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.UniqueConstraint("article_id", "number", name="uq_revisions_article_id"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_revisions_article_id"),
    )
    op.create_index("ix_revisions_content_hash", "revisions", ["content_hash"])


def _sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", Key, nullable=False),
        sa.Column("raw_id", sa.Text(), nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("settled", sa.String(9), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
        sa.UniqueConstraint("raw_id", name="uq_sightings_raw_id"),
        sa.CheckConstraint(
            "settled IN ('stored', 'revised', 'copied', 'duplicate')", name=op.f("ck_sightings_settled")
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_sightings_article_id"),
    )
    op.create_index("ix_sightings_article_id", "sightings", ["article_id"])


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", Key, nullable=False),
        sa.Column("raw_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("source_key", "source", "entry_key", "url")),
        sa.Column("meta", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("quarantined_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.UniqueConstraint("raw_id", name="uq_quarantine_raw_id"),
    )
    op.create_index("ix_quarantine_quarantined_at", "quarantine", ["quarantined_at"])


def _raw_articles() -> None:
    op.create_table(
        "raw_articles",
        sa.Column("raw_id", sa.Text(), nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("meta", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("raw_id", name="pk_raw_articles"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_raw_articles_article_id"),
    )
    op.create_index("ix_raw_articles_article_id", "raw_articles", ["article_id"])
    op.create_index("ix_raw_articles_stored_at", "raw_articles", ["stored_at"])


def _outbox() -> None:
    counter = op.create_table(
        "outbox_counter",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_counter"),
        sa.CheckConstraint("id = 1", name=op.f("ck_outbox_counter_one_row")),
    )
    op.bulk_insert(counter, [{"id": 1, "seq": 0}])
    op.create_table(
        "outbox",
        sa.Column("seq", Key, nullable=False, autoincrement=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("article_public_id", sa.String(16)),
        sa.Column("payload", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("relayed_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
    )
    waiting = sa.text("relayed_at IS NULL")
    op.create_index("ix_outbox_waiting", "outbox", ["seq"], sqlite_where=waiting, postgresql_where=waiting)


def _fingerprints() -> None:
    op.create_table(
        "story_fingerprints",
        sa.Column("hash", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("story_id", Key, nullable=False, autoincrement=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "story_id", name="pk_story_fingerprints"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_fingerprints_story_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_fingerprints_stored_at", "story_fingerprints", ["stored_at"])
    op.create_table(
        "fingerprint_stop",
        sa.Column("hash", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("hash", name="pk_fingerprint_stop"),
        sqlite_with_rowid=False,
    )

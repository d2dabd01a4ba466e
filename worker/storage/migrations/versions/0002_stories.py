"""Near-duplicates: leads by time, update chains, classes of revisions; the index of word windows points to articles.

The index is filled from the texts that are stored, as far as they lie in its window of thirty days.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from worker.storage.columns import Digest, Key, UtcDateTime
from worker.storage.filling import fill_index, fill_stories

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("leads_from", UtcDateTime()))
    op.add_column("articles", sa.Column("spoken_by", Digest))
    op.add_column("articles", sa.Column("chain_key", sa.BigInteger()))
    op.add_column("revisions", sa.Column("change", sa.String(10)))
    op.create_table(
        "chain_items",
        sa.Column("identity", Digest, nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.PrimaryKeyConstraint("identity", name="pk_chain_items"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_chain_items_article_id"),
    )
    op.drop_table("story_fingerprints")  # it was never filled
    op.create_table(
        "story_fingerprints",
        sa.Column("hash", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("article_id", Key, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("hash", "article_id", name="pk_story_fingerprints"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    fill_stories(connection)
    op.drop_index("ix_articles_story_id", "articles")
    op.create_index("ix_articles_story_id", "articles", ["story_id", "hidden", "leads_from", "id"])
    op.create_index("ix_articles_chain_key", "articles", ["chain_key"])
    fill_index(connection, since=datetime.now(UTC) - timedelta(days=30))

"""Retention: tombstones of what was purged, and indexes by which deleting an article finds who names it.

Without the indexes each deleted article would have the database read all stories and all items of update chains.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from worker.storage.columns import UtcSeconds

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("raw_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger()) for name in ("entry", "content", "article", "entry_key", "url")),
        sa.Column("settled", sa.String(11), nullable=False),
        sa.Column("settled_at", UtcSeconds(), nullable=False),
        sa.Column("purged_at", UtcSeconds(), nullable=False),
        sa.PrimaryKeyConstraint("raw_id", name="pk_tombstones"),
        sa.CheckConstraint(
            "settled IN ('stored', 'revised', 'copied', 'duplicate', 'quarantined')",
            name=op.f("ck_tombstones_settled"),
        ),
    )
    op.create_index("ix_tombstones_entry", "tombstones", ["entry"])
    op.create_index("ix_tombstones_content", "tombstones", ["content"])
    op.create_index("ix_stories_lead_article_id", "stories", ["lead_article_id"])
    op.create_index("ix_stories_merged_into", "stories", ["merged_into"])
    op.create_index("ix_chain_items_article_id", "chain_items", ["article_id"])

"""Articles are found by their address as it is compared (canonical.address_key), no longer by its letters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from worker.storage.filling import fill_addresses

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("address_key", sa.BigInteger()))
    fill_addresses(op.get_bind())
    op.create_index("ix_articles_address_key", "articles", ["address_key"])
    op.drop_index("ix_articles_url", "articles")

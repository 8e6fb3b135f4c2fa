"""How a token begins, by which a person knows it again."""

import sqlalchemy as sa
from alembic import op

revision = "v2"
down_revision = "v1"


def upgrade() -> None:
    """Adds the column; tokens that are there already show nothing."""
    op.add_column("tokens", sa.Column("prefix", sa.String(16), nullable=False, server_default=""))

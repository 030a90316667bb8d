"""workbooks"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A longer limit rewrites no row. SQLite does not hold a text to its length.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "documents", "content_type", type_=sa.String(length=80), existing_nullable=False
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "documents", "content_type", type_=sa.String(length=40), existing_nullable=False
        )

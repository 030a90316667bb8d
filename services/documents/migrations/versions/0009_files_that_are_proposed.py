"""files that are proposed"""

import sqlalchemy as sa
from alembic import op
from chassis.data.tables import JSON_VALUE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("pages", sa.Integer(), nullable=True))
    op.add_column("uploads", sa.Column("made_from", sa.Uuid(), nullable=True))
    op.add_column("uploads", sa.Column("changes", JSON_VALUE, nullable=True))
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index("ix_uploads_made_from", ["region", "made_from"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index("ix_uploads_made_from")
    op.drop_column("uploads", "changes")
    op.drop_column("uploads", "made_from")
    op.drop_column("uploads", "pages")

"""who stopped a recovery, and why"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account_recoveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stopped_as", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("stop_reason", sa.String(length=500), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("account_recoveries", schema=None) as batch_op:
        batch_op.drop_column("stop_reason")
        batch_op.drop_column("stopped_as")

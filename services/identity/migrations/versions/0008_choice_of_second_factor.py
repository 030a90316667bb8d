"""choice of second factor"""

import sqlalchemy as sa
from alembic import op

from chassis.data.tables import JSON_VALUE

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The roles there were to choose from.
_ROLES = (
    *("umpeg", "opd_head", "opd_secretary", "bkpsdm_admin", "division_head", "bkpsdm_secretary"),
    *("bkpsdm_head", "sekda", "award_assessor", "complaint_officer", "sysadmin"),
)


def upgrade() -> None:
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("totp_decided", JSON_VALUE, nullable=True))
    # A region that has chosen keeps its choice, and so does a demo: the secrets of its people are
    # in a file that was written when it began. All others ask whom the manifests name.
    regions = sa.table(
        "regions",
        sa.column("version", sa.Integer),
        sa.column("demo", sa.Boolean),
        sa.column("totp_decided", JSON_VALUE),
    )
    chose = sa.or_(regions.c.version > 1, regions.c.demo)
    op.execute(regions.update().where(chose).values(totp_decided=list(_ROLES)))


def downgrade() -> None:
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.drop_column("totp_decided")

"""no index on the region alone

Every question has an index that leads with the region and goes on, or asks by an id. The previous
release asks the same questions.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = (
    "archive_entries",
    "documents",
    "employees",
    "grants",
    "refused_uploads",
    "upload_pieces",
    "uploads",
    "views",
)


def upgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"ix_{table}_region", table)


def downgrade() -> None:
    for table in _TABLES:
        op.create_index(f"ix_{table}_region", table, ["region"])

"""no index on the region alone

Every question has an index that leads with the region and goes on, or asks by an id. The previous
release asks the same questions.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = (
    "attempts",
    "channel_preferences",
    "channel_troubles",
    "contacts",
    "deliveries",
    "employees",
    "notice_texts",
    "notices",
    "preferences",
    "role_grants",
    "units",
)


def upgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"ix_{table}_region", table)


def downgrade() -> None:
    for table in _TABLES:
        op.create_index(f"ix_{table}_region", table, ["region"])

"""lists that read what they show

A number is looked up without a region, a person's decisions are narrowed by layanan and by what was
done, and wishes to withdraw are few: each has an index. Every question has an index that leads with the region and goes
on, so those on the region alone go; the previous release asks the same questions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = (
    "delegations",
    "employees",
    "history_entries",
    "holidays",
    "layanan_definitions",
    "number_series",
    "proposal_documents",
    "proposals",
    "queue_counts",
    "refused_documents",
    "region_stamps",
    "role_grants",
    "search_words",
    "unattended_proposals",
    "units",
)
_OF_LINES = {
    "ix_history_entries_layanan": ["region", "actor_id", "layanan", "at", "id"],
    "ix_history_entries_happened": ["region", "actor_id", "happened", "at", "id"],
}


def upgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"ix_{table}_region", table)
    with op.batch_alter_table("history_entries") as batch_op:
        batch_op.add_column(sa.Column("layanan", sa.String(), nullable=True))
        for name, columns in _OF_LINES.items():
            batch_op.create_index(name, columns)
        batch_op.create_index(
            "ix_history_entries_unnamed",
            ["id"],
            sqlite_where=sa.text("layanan IS NULL"),
            postgresql_where=sa.text("layanan IS NULL"),
        )
    op.create_index("ix_proposals_number", "proposals", ["number"])
    op.create_index(
        "ix_proposals_withdrawal",
        "proposals",
        ["region", "stage", "stage_since", "id"],
        sqlite_where=sa.text("CAST(JSON_EXTRACT(withdrawal, '$.\"at\"') AS VARCHAR) IS NOT NULL"),
        postgresql_where=sa.text("CAST((withdrawal ->> 'at') AS VARCHAR) IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_proposals_withdrawal", "proposals")
    op.drop_index("ix_proposals_number", "proposals")
    with op.batch_alter_table("history_entries") as batch_op:
        for name in ("ix_history_entries_unnamed", *_OF_LINES):
            batch_op.drop_index(name)
        batch_op.drop_column("layanan")
    for table in _TABLES:
        op.create_index(f"ix_{table}_region", table, ["region"])

"""lists of employees, and no index on the region alone

Employees of a unit, of a kind and those who left are listed by name from an index; roles are found
without those that have ended. Every question has an index that leads with the region and goes on,
or asks by an id; the previous release asks the same questions.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_LISTS = {
    "ix_employees_of_opd": ["region", "opd_id", "name", "id"],
    "ix_employees_of_unit": ["region", "unit_id", "name", "id"],
    "ix_employees_of_kind": ["region", "kind", "name", "id"],
    "ix_employees_active": ["region", "active", "name", "id"],
}
_TABLES = (
    "account_recoveries",
    "accounts",
    "authorization_codes",
    "contact_codes",
    "contacts",
    "delegations",
    "employee_facts",
    "employees",
    "former_nips",
    "import_rows",
    "imports",
    "jobs",
    "known_devices",
    "password_links",
    "recovery_codes",
    "refresh_tokens",
    "role_grants",
    "sealed_letters",
    "security_alarms",
    "security_events",
    "security_limits",
    "sign_in_sessions",
    "token_families",
    "units",
)


def upgrade() -> None:
    for name, columns in _LISTS.items():
        op.create_index(name, "employees", columns)
    op.create_index("ix_role_grants_in_use", "role_grants", ["region", "role", "active"])
    for table in _TABLES:
        op.drop_index(f"ix_{table}_region", table)


def downgrade() -> None:
    for table in _TABLES:
        op.create_index(f"ix_{table}_region", table, ["region"])
    op.drop_index("ix_role_grants_in_use", "role_grants")
    for name in _LISTS:
        op.drop_index(name, "employees")

"""A database that the previous release made lacks what the chassis has added since."""

from alembic import op

from tests.faults.witness.models import Base

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    Base.metadata.create_all(op.get_bind())

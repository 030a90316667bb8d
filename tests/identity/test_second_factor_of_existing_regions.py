"""The upgrade that asks officers for a second factor leaves to a region what it chose itself."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import insert

from chassis.process.clock import now
from chassis.run import migration
from services.identity import queries
from services.identity.models import Region, db
from tests.builders.service import one_service

BEFORE = "0007"
CHOSEN = ["bkpsdm_head", "sysadmin"]


@pytest.mark.parametrize(
    ("version", "demo", "stays"),
    [(1, False, False), (2, False, True), (1, True, True)],
    ids=["never chose", "chose", "demo"],
)
def test_a_region_that_never_chose_asks_every_officer_and_the_others_whom_they_asked(
    tmp_path: Path, version: int, demo: bool, stays: bool
):
    service = one_service("identity", tmp_path)
    region = {"code": "kota", "name": "Kota", "zone": "Asia/Jakarta", "totp_roles": CHOSEN}
    with service.app.app_context():
        with db.engine.connect() as connection:
            config = migration._config(service.runtime.folder, db, connection)
            command.downgrade(config, BEFORE)
            row = {**region, "version": version, "demo": demo, "created_at": now()}
            connection.execute(insert(Region.__table__).values(**row))
            connection.commit()
        migration.upgrade(service.app)

        asked = queries.totp_roles(db.session.get_one(Region, "kota"))
        everybody = {role.code for role in queries.roles()}
    service.close()

    came_later = {"auditor"}  # nobody has decided about it
    assert asked == (set(CHOSEN) | came_later if stays else everybody)

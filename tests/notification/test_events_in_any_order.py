"""Events that come three times, shuffled, tell everybody what the clean run tells, once."""

import random
from pathlib import Path

import pytest

from chassis.process import runtime as runtimes
from chassis.process.regions import all_regions
from services.notification.models import Contact, Delivery, Employee, Notice, RoleGrant, Unit
from tests.builders.service import one_service
from tests.notification.desk import (
    ADMIN,
    APPLICANT,
    OFFICER,
    PEOPLE,
    Desk,
    a_contact_version,
    a_role,
    a_rule,
    a_unit,
    an_employee,
    an_event,
)

BKPSDM, REGION = ADMIN, OFFICER
NEW_IN_EACH_RUN = {"id", "notice_id"}


def everything_said():
    """Copies in three versions, and moves of files with a person and their deciders to tell."""
    said = [a_unit("Kota Contoh Raya", "region", zone="Asia/Jakarta", key=REGION)]
    said += [a_unit("BKPSDM", "opd", bkpsdm=True, key=BKPSDM, version=n) for n in (1, 2, 3)]
    for key, name in PEOPLE.items():
        said += [an_employee(key, name, n, active=n != 2) for n in (1, 2, 3)]
        said += [a_contact_version(key, n) for n in (1, 2, 3)]
    said += [a_role(OFFICER, "umpeg", key=APPLICANT, version=n, active=n != 3) for n in (1, 2, 3)]
    deciders = [str(key) for key in PEOPLE]
    return said, [
        an_event(subject=f"file/{n % 4}", version=n, decider_ids=deciders) for n in range(1, 9)
    ]


def told_by(folder: Path, *batches):
    """All rows a new desk is left with, and the mails it sent."""
    folder.mkdir()
    desk = Desk(one_service("notification", folder))
    desk.rules(
        a_rule(channels=("in_app", "email", "whatsapp")),
        a_rule(name="work", to="decider_ids", channels=("in_app", "email")),
    )
    for number, key in enumerate(PEOPLE):
        desk.identity.set(key, version=3, email=f"orang{number}@disdik.example")
    for events in batches:
        desk.hear(*events)
    assert desk.parked() == []
    left = {model.__tablename__: rows_of(desk, model) for model in (Notice, Delivery, *COPIES)}
    desk.send_all()
    sent = sorted((event.to, event.subject, event.body) for event in desk.mail.sent)
    with desk.app.app_context(), all_regions():
        runtimes.of(desk.app).db.engine.dispose()
    return left, sent


COPIES = (Employee, Unit, RoleGrant, Contact)


def rows_of(desk, model):
    kept = [
        column
        for column in model.__table__.columns
        if model in COPIES or column.name not in NEW_IN_EACH_RUN
    ]
    with desk.app.app_context(), all_regions():
        rows = desk.db.session.execute(model.__table__.select().with_only_columns(*kept)).all()
        desk.db.session.rollback()
    return sorted(repr(tuple(row)) for row in rows)


@pytest.mark.parametrize("seed", range(2))
def test_three_times_and_shuffled_is_told_as_once(clock, tmp_path, seed):
    copies, moves = everything_said()
    chance = random.Random(seed)
    thrice = [copy for copy in copies + moves for _ in range(3)]
    chance.shuffle(thrice)

    # The first versions of the copies are there, as they are long before anything is told.
    clean = told_by(tmp_path / "clean", copies, moves)
    shuffled = told_by(tmp_path / "shuffled", copies[:2], copies, thrice[:50], thrice[50:])

    assert shuffled == clean
    assert len(clean[1]) == len(moves) * (1 + len(PEOPLE))

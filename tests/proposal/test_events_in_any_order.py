"""Events that come late, twice or shuffled leave what they leave when all is well."""

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from chassis.events.envelope import Event
from chassis.process.ids import uuid7
from services.proposal.models import Delegation, Employee, RoleGrant, Unit, db
from services.proposal.subscriptions import HEARD
from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.builders.people import delegation_event, employee_event, role_event, unit_event
from tests.proposal.machine_scene import COPIES, Scene
from tests.proposal.office import Office

LATER = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
# Ids and stamps are new in each run; everything else must be the same to the byte.
LEFT = {
    **COPIES,
    "proposals": "SELECT * FROM proposals ORDER BY id",
    "history": """SELECT proposal_id, sequence, at, action, from_stage, to_stage, actor_id,
        actor_name, role, acting, acting_for, note, reasons, changes
        FROM history_entries ORDER BY proposal_id, sequence""",
    "counters": """SELECT stage, scope, definition_id, waiting FROM queue_counts
        WHERE waiting != 0 ORDER BY stage, scope""",
    "told": """SELECT type, subject, json_extract(body, '$.aggregateversion') AS version,
        json_extract(body, '$.data') AS data FROM outbox ORDER BY subject, version, type""",
}
COPIES_BY_ID = {name: f"{statement} ORDER BY id" for name, statement in COPIES.items()}


def versions(event: Event, first: int, *changes: dict) -> list[Event]:
    """One subject's event in versions that follow each other."""
    return [
        replace(event, id=uuid7(), version=first + number, data={**event.data, **one})
        for number, one in enumerate(changes)
    ]


PEOPLE_AND_OFFICES = (
    *versions(employee_event("applicant", "disdik"), 2, {"name": "Nama Kedua"}, {"active": False}),
    *versions(role_event("umpeg", "umpeg", "disdik"), 2, {"acting": "plt"}, {"active": False}),
    *versions(
        delegation_event("opd_head", "disdik", "opd_head", "opd_secretary"),
        1,
        {"layanan": ["bebas_hukdis"]},
        {"ends_on": "2026-12-31"},
    ),
)
UNIT = versions(
    unit_event("disdik", "opd", "region"), 2, {"name": "Satu"}, {"name": "Dua"}, {"active": False}
)


TOUCHED = [UUID(event.data["id"]) for event in (*PEOPLE_AND_OFFICES, *UNIT)]


def copies() -> list[tuple]:
    return [
        tuple(row)
        for model in (Employee, Unit, RoleGrant, Delegation)
        for row in db.session.execute(
            select(*model.__table__.columns).where(model.id.in_(TOUCHED)).order_by(model.id)
        )
    ]


def left_by(office: Office, order) -> list[tuple]:
    """The copies after events in this order; taken back afterwards, for the next order."""
    with office.inside(), pytest.raises(ZeroDivisionError):
        with db.transaction():
            for event in order:
                HEARD[event.type].handler([event])
            db.session.flush()
            left = copies()
            raise ZeroDivisionError
    return left


@pytest.mark.slow
@pytest.mark.parametrize("events", [PEOPLE_AND_OFFICES, UNIT], ids=["people", "a unit"])
def test_all_orders_of_arrival_leave_the_same_copies(office: Office, events):
    in_order = left_by(office, events)
    before = left_by(office, ())

    orders = list(itertools.permutations(events))
    unlike = [order for order in orders if left_by(office, order) != in_order]

    assert before != in_order
    assert (len(unlike), len(orders)) == (0, {6: 720, 3: 6}[len(events)])


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Scene:
    """A region in which a service decides the second stage, with two proposals that wait there."""
    scene = Scene(tmp_path_factory.mktemp("shuffled"))
    with time_machine.travel(LATER, tick=False):
        scene.office.open()
        scene.office.installs_service("dummy")
        stages = [{"stage": "opd_head_approval", "decider": "service:dummy"}]
        stages.append({"stage": "processing"})
        scene.office.install(definition_data(stages=stages))
        # Nobody who moves: a case follows its applicant (R32), and its history tells of each move
        # that was heard before the next.
        scene.waiting = [
            scene.office.submitted(who, layanan="contoh") for who in ("applicant", "bkpsdm_admin")
        ]
    scene.keep_as("opened.db")
    yield scene
    scene.let_go()


def everything_said(waiting) -> list[Event]:
    """What a busy day brings: three versions of everybody, and decisions of a service."""
    said = []
    for who in ("umpeg", "umpeg_second", "opd_secretary", "sekda"):
        moved = {"opd_id": str(an_id("dinkes"))}
        said += versions(employee_event(who, "disdik"), 2, {"name": "Kedua"}, moved, {})
    for who in ("umpeg", "umpeg_second"):
        ended = {"ends_on": "2026-03-01"}
        said += versions(role_event(who, "umpeg", "disdik"), 2, {"acting": "plh"}, ended, {})
    lent = delegation_event("umpeg", "disdik", "umpeg", "sekda")
    said += versions(lent, 1, {}, {"layanan": ["contoh"]}, {"active": False})
    said += UNIT
    for proposal_id, decision in zip(waiting, ("approve", "not_selected"), strict=True):
        data = {"proposal_id": str(proposal_id), "stage": "opd_head_approval"}
        data["decision"] = decision
        subject = f"proposal/{proposal_id}"
        said.append(Event("stage.decided.v1", subject, data, 1, region="demo", source="dummy"))
    return said


def state_after(scene: Scene, *batches: list[Event]) -> dict[str, list[tuple]]:
    scene.begin_with("opened.db")
    with time_machine.travel(LATER, tick=False):
        for events in batches:
            scene.office.service.hear(*events)
        assert scene.ask("SELECT error FROM inbox WHERE status != 'done'") == []
    found = scene.rows(LEFT | COPIES_BY_ID)
    return {name: [tuple(row) for row in rows] for name, rows in found.items()}


@pytest.mark.parametrize("seed", range(3))
def test_every_event_three_times_and_shuffled_leaves_what_the_clean_run_leaves(scene, seed):
    events = everything_said(scene.waiting)
    clean = state_after(scene, events)
    thrice = events * 3
    random.Random(seed).shuffle(thrice)

    assert state_after(scene, thrice[:40], thrice[40:], events) == clean
    assert len(clean["told"]) == 4

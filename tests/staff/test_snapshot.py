"""The people part of a region's snapshot: read once per stamp, and who holds what."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from chassis.kernel.errors import Forbidden
from chassis.process.regions import in_region
from staff.keeping import heard
from staff.rights import holds, require_role, revoked_at
from staff.snapshot import region_name
from staff.tables import NotKept
from tests.builders.organisation import an_id
from tests.builders.people import (
    ROLES,
    UNITS,
    delegation_event,
    employee_event,
    role_event,
    unit_event,
)
from tests.staff.conftest import NAMES, PEOPLE, SNAPSHOTS, db

TODAY = date(2026, 3, 10)
UMPEG = frozenset({"umpeg"})


def hear(*events, refreshed=True):
    handlers = heard(PEOPLE, changed=SNAPSHOTS.follow if refreshed else None)
    for event in events:
        handlers[event.type].handle([event])


@pytest.fixture
def offices(service):
    hear(*(unit_event(*unit) for unit in UNITS), *(role_event(*role) for role in ROLES))
    hear(unit_event("uptd", "unit", "disdik"))
    hear(delegation_event("umpeg", None, "umpeg", "sekda", layanan=["kgb"]))


def test_a_snapshot_holds_the_offices_but_not_the_units_below_them(offices):
    snapshot = SNAPSHOTS.of_bound_region()

    assert (snapshot.region, snapshot.name) == ("demo", "Unit region")
    assert snapshot.zone == ZoneInfo("Asia/Jakarta")
    assert {unit.code for unit in snapshot.organisation.units} == {code for code, *_ in UNITS}
    assert len(snapshot.organisation.roles) == len(ROLES)
    (lent,) = snapshot.organisation.delegations
    assert lent.layanan == frozenset({"kgb"})


def test_a_snapshot_is_read_again_only_after_a_change(offices):
    before = SNAPSHOTS.of_bound_region()
    hear(role_event("umpeg", "umpeg", "disdik", version=2, active=False), refreshed=False)

    assert SNAPSHOTS.of_bound_region() is before

    with db.transaction() as session:
        SNAPSHOTS.invalidate(session)
    after = SNAPSHOTS.of_bound_region()
    assert after.organisation.roles_of(an_id("umpeg"), TODAY) == ()


def test_a_persons_own_facts_do_not_make_it_be_read_again(offices):
    before = SNAPSHOTS.of_bound_region()
    hear(employee_event("umpeg", "disdik"))

    assert SNAPSHOTS.of_bound_region() is before


def test_regions_have_snapshots_of_their_own(offices):
    SNAPSHOTS.of_bound_region()

    with in_region("kota-lain"):
        assert SNAPSHOTS.of_bound_region().organisation.units == ()
        assert region_name(PEOPLE).name == "kota-lain"


def test_a_role_is_a_right_from_its_first_day_to_its_last_in_the_regions_zone(offices):
    hear(role_event("umpeg", "umpeg", "disdik", version=2, ends_on="2026-03-10"))
    late_evening = datetime(2026, 3, 10, 16, 59, tzinfo=UTC)
    midnight = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)

    with time_machine.travel(late_evening, tick=False):
        assert holds(PEOPLE, an_id("umpeg"), UMPEG)
    with time_machine.travel(midnight, tick=False):
        assert not holds(PEOPLE, an_id("umpeg"), UMPEG)


@pytest.mark.parametrize("changes", [{"active": False}, {"starts_on": "2999-01-01"}])
def test_a_role_that_does_not_run_is_no_right(offices, changes):
    hear(role_event("umpeg", "umpeg", "disdik", version=2, **changes))

    with pytest.raises(Forbidden):
        require_role(PEOPLE, an_id("umpeg"), UMPEG)


def test_a_right_needs_one_of_the_roles(offices):
    require_role(PEOPLE, an_id("umpeg"), {"sysadmin", "umpeg"})

    with pytest.raises(Forbidden):
        require_role(PEOPLE, an_id("umpeg"), {"sysadmin", "opd_head"})


def test_sessions_are_void_since_identity_says_so(service):
    hear(employee_event("umpeg", "disdik", sessions_revoked_at="2026-03-01T00:00:00+00:00"))
    asked = revoked_at(PEOPLE)

    assert asked(an_id("umpeg")) == datetime(2026, 3, 1, tzinfo=UTC)
    assert asked(an_id("nobody")) is None


def test_what_a_service_does_not_keep_it_cannot_be_asked(service):
    with pytest.raises(NotKept, match="KeptRole"):
        holds(NAMES, an_id("umpeg"), UMPEG)

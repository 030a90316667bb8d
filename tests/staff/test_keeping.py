"""The one keeper: the newest version wins, in whatever order the events come."""

import itertools
from datetime import UTC, date, datetime

import pytest

from chassis.events.inbox import Unprocessable
from staff.keeping import heard
from tests.builders.counting import Asked, counted
from tests.builders.organisation import an_id
from tests.builders.people import delegation_event, employee_event, role_event, unit_event
from tests.staff.conftest import NAMES, PEOPLE, Delegation, Employee, Name, RoleGrant, Unit, db

ROLE = an_id("role umpeg umpeg")


def hear(*events, people=PEOPLE, changed=None):
    handlers = heard(people, changed=changed)
    for event in events:
        handlers[event.type].handle([event])


def an_employee(version=1, **changes):
    return employee_event("umpeg", "disdik", version=version, **changes)


def a_role(version, **changes):
    return role_event("umpeg", "umpeg", "disdik", version=version, **changes)


def kept(table, key="umpeg"):
    return db.session.get(table, key if not isinstance(key, str) else an_id(key))


def test_every_kind_is_kept_with_what_the_event_says(service):
    hear(
        an_employee(sessions_revoked_at="2026-03-01T08:00:00+07:00", title_suffix="S.Pd."),
        unit_event("bidang-kinerja", "division", "bkpsdm", bkpsdm=None),
        a_role(3, acting="plt", ends_on="2026-12-31"),
        delegation_event("umpeg", None, "umpeg", "sekda", layanan=["kgb"]),
    )

    person, unit, role = kept(Employee), kept(Unit, "bidang-kinerja"), kept(RoleGrant, ROLE)
    assert (person.version, person.full_name) == (1, "Pegawai Contoh Umpeg, S.Pd.")
    assert person.sessions_revoked_at == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert person.facts["tmt_kgb"] == "2024-01-01"
    assert (unit.kind, unit.parent_id, unit.bkpsdm) == ("division", an_id("bkpsdm"), False)
    assert (role.version, role.acting, role.ends_on) == (3, "plt", date(2026, 12, 31))
    lent = kept(Delegation, "delegation umpeg sekda umpeg")
    assert (lent.layanan, lent.unit_id, lent.ends_on) == (["kgb"], None, None)


def test_a_service_that_keeps_names_only_keeps_them_with_titles(service):
    hear(an_employee(title_prefix="Dr.", title_suffix="S.Pd."), people=NAMES)

    assert kept(Name).full_name == "Dr. Pegawai Contoh Umpeg, S.Pd."
    assert NAMES.names([an_id("umpeg"), an_id("nobody")]) == {
        an_id("umpeg"): "Dr. Pegawai Contoh Umpeg, S.Pd."
    }
    assert NAMES.names([]) == {}


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_any_order_leaves_the_newest(service, order):
    hear(*(a_role(version, acting=("definitive", "plt", "plh")[version - 1]) for version in order))

    assert (kept(RoleGrant, ROLE).version, kept(RoleGrant, ROLE).acting) == (3, "plh")


def test_an_equal_version_is_written_again(service):
    hear(a_role(2, acting="plt"), a_role(2, acting="pj"))

    assert kept(RoleGrant, ROLE).acting == "pj"


def test_what_an_event_leaves_out_is_no_longer_kept(service):
    hear(a_role(1, ends_on="2026-12-31"), a_role(2, ends_on=None))

    assert kept(RoleGrant, ROLE).ends_on is None


def test_a_change_is_told_once_and_only_if_something_differs(service):
    told = []

    def note(_session, changes):
        told.extend((one.row.version, one.row.active, set(one.replaced)) for one in changes)

    hear(a_role(2), a_role(2), a_role(1), a_role(3, active=False), changed=note)

    assert told == [(2, True, set()), (3, False, {"version", "active"})]


def test_a_change_that_cannot_be_followed_is_not_kept(service):
    def refuse(_session, _changes):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        hear(a_role(1), changed=refuse)

    assert kept(RoleGrant, ROLE) is None


@pytest.mark.parametrize(
    "event",
    [an_employee(nip="1234"), an_employee(active="yes"), a_role(1, starts_on="yesterday")],
)
def test_what_is_not_what_the_contract_says_is_parked(service, event):
    with pytest.raises(Unprocessable, match="malformed"):
        hear(event)


def test_fifty_people_are_kept_by_the_statements_that_one_costs(service):
    def kept_by(version, count):
        names = [f"person {number}" for number in range(count)]
        events = [employee_event(name, "disdik", version=version) for name in names]
        db.session.rollback()
        with counted() as asked:
            heard(PEOPLE)["employee.changed.v1"].handle(events)
        return asked

    new, changed = Asked(statements=2, commits=1), Asked(statements=2, commits=1)
    assert (kept_by(1, 1), kept_by(2, 1)) == (new, changed)
    assert (kept_by(3, 50), kept_by(4, 50)) == (Asked(statements=3, commits=1), changed)


def test_of_two_states_in_one_batch_the_newest_stays_whichever_comes_first(service):
    for order in ((4, 5), (7, 6)):
        events = [a_role(version, acting="plt" if version in (5, 7) else "pj") for version in order]
        heard(PEOPLE)["role.changed.v1"].handle(events)

        assert (kept(RoleGrant, ROLE).version, kept(RoleGrant, ROLE).acting) == (max(order), "plt")

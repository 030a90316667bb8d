"""Whoever is not active decides nothing, and no delegation from or to him counts (R31)."""

import pytest

from staff.deciders import Deciders, Desk, Question, desks_of, who_decides
from staff.organisation import Delegation, HeldRole
from staff.rights import holds
from tests.builders.organisation import an_id, an_organisation
from tests.builders.people import (
    ROLES,
    UNITS,
    delegation_event,
    employee_event,
    role_event,
    unit_event,
)
from tests.staff.conftest import PEOPLE, SNAPSHOTS
from tests.staff.officers import TODAY, held, lends, names
from tests.staff.test_snapshot import UMPEG, hear

OFFICE = (
    held("siti", "umpeg", "disdik"),
    held("budi", "umpeg", "disdik"),
    held("gardenia", "opd_secretary", "disdik"),
)


def without(
    *left: str,
    role: str = "umpeg",
    roles: tuple[HeldRole, ...] = OFFICE,
    delegations: tuple[Delegation, ...] = (),
) -> Deciders:
    organisation = an_organisation(
        roles=roles, delegations=delegations, inactive=frozenset(map(an_id, left))
    )
    question = Question(role, an_id("applicant"), "kgb", frozenset({an_id("disdik")}))
    return who_decides(question, organisation, TODAY)


@pytest.mark.parametrize(
    ("left", "who"),
    [
        ((), {"siti", "budi"}),
        (("siti",), {"budi"}),
        (("siti", "budi"), {"gardenia"}),
        (("siti", "budi", "gardenia"), set()),
    ],
)
def test_the_next_of_the_chain_decides_and_nobody_left_is_an_alarm(left, who) -> None:
    answer = without(*left)

    assert names(answer, "siti", "budi", "gardenia") == who
    assert (answer.alarm is None) is bool(who)


def test_a_stand_in_who_left_does_not_hide_that_nobody_is_left() -> None:
    roles = (held("jati", "opd_head", "disdik"), held("mawar", "sekda", None))

    assert names(without("jati", role="opd_head", roles=roles), "mawar") == {"mawar"}
    assert without("jati", "mawar", role="opd_head", roles=roles).alarm


@pytest.mark.parametrize("left", ["giver", "taker"])
def test_a_delegation_from_or_to_somebody_who_left_does_not_count(left: str) -> None:
    roles = (held("giver", "umpeg", "disdik"), held("budi", "umpeg", "disdik"))

    answer = without(left, roles=roles, delegations=(lends("giver", "taker", "umpeg"),))

    assert names(answer, "giver", "taker", "budi") == {"giver", "budi"} - {left}


def test_somebody_who_left_has_no_desk_and_no_role() -> None:
    organisation = an_organisation(
        roles=OFFICE,
        delegations=(lends("siti", "budi", "umpeg"),),
        inactive=frozenset({an_id("siti")}),
    )

    assert desks_of(an_id("siti"), organisation, TODAY) == ()
    assert organisation.roles_of(an_id("siti"), TODAY) == ()
    # What Siti lent is gone; the own role stays.
    assert desks_of(an_id("budi"), organisation, TODAY) == (Desk("umpeg", an_id("disdik")),)


@pytest.fixture
def offices(service):
    hear(*(unit_event(*unit) for unit in UNITS), *(role_event(*role) for role in ROLES))
    hear(employee_event("umpeg", "disdik"), delegation_event("umpeg", None, "umpeg", "sekda"))


def test_leaving_and_coming_back_make_every_process_read_the_offices_again(offices):
    SNAPSHOTS.of_bound_region()
    hear(employee_event("umpeg", "disdik", version=2, active=False))
    left = SNAPSHOTS.of_bound_region()
    hear(employee_event("umpeg", "disdik", version=3))
    back = SNAPSHOTS.of_bound_region()

    assert left.organisation.inactive == {an_id("umpeg")}
    assert back.organisation.inactive == frozenset()


def test_a_person_of_whom_nothing_was_heard_but_that_he_left_holds_nothing(offices):
    SNAPSHOTS.of_bound_region()
    hear(employee_event("sekda", "disdik", active=False))

    assert SNAPSHOTS.of_bound_region().organisation.inactive == {an_id("sekda")}


def test_somebody_who_left_has_no_rights(offices):
    assert holds(PEOPLE, an_id("umpeg"), UMPEG)

    hear(employee_event("umpeg", "disdik", version=2, active=False))

    assert not holds(PEOPLE, an_id("umpeg"), UMPEG)

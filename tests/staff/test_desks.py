"""Asked the other way round: which desks a person sits at, whose matters come to them."""

from uuid import UUID

import pytest

from staff.deciders import NOBODY, Deciders, Desk, alarms_of, applicants_of, desks_of, opds_of
from staff.organisation import Delegation, HeldRole
from tests.builders.organisation import an_id, an_organisation
from tests.staff.officers import SINCE, TODAY, ask, held, lends


class TestDesks:
    def of(
        self, name: str, *roles: HeldRole, delegations: tuple[Delegation, ...] = ()
    ) -> set[Desk]:
        organisation = an_organisation(roles=roles, delegations=delegations)
        return set(desks_of(an_id(name), organisation, TODAY))

    def test_are_the_roles_somebody_holds(self) -> None:
        assert self.of("siti", held("siti", "umpeg", "disdik")) == {
            Desk("umpeg", an_id("disdik")),
        }

    def test_are_the_roles_somebody_was_lent(self) -> None:
        delegation = lends("kepala", "siti", "opd_head", unit_id=an_id("disdik"))

        assert self.of("siti", delegations=(delegation,)) == {Desk("opd_head", an_id("disdik"))}

    def test_are_not_the_roles_lent_to_somebody_else_or_at_another_time(self) -> None:
        elsewhere = lends("kepala", "budi", "opd_head")
        over = lends("kepala", "siti", "opd_head", ends_on=SINCE)

        assert self.of("siti", delegations=(elsewhere, over)) == set()

    def test_of_the_sekda_reach_every_head_as_a_last_resort(self) -> None:
        fallback = {desk for desk in self.of("s", held("s", "sekda", None)) if desk.fallback}

        assert {(desk.role, desk.unit_id) for desk in fallback} == {
            ("opd_head", None),
            ("bkpsdm_head", None),
        }

    def test_are_none_for_an_employee_without_a_role(self) -> None:
        assert self.of("siti", held("budi", "umpeg", "disdik")) == set()


class TestWhoseMatters:
    HEADS = (held("kepala", "opd_head", "disdik"), held("sekda", "sekda", None))

    def deciders_of(self, applicant_id: UUID) -> Deciders:
        people = {an_id(name): name for name in ("kepala", "sekda")} | {NOBODY: "nobody"}
        return ask("opd_head", list(self.HEADS), applicant=people[applicant_id])

    def test_come_to_a_holder_from_everybody(self) -> None:
        assert list(applicants_of(an_id("kepala"), self.deciders_of)) == [None]

    def test_come_to_the_next_in_the_chain_from_the_holder_only(self) -> None:
        assert list(applicants_of(an_id("sekda"), self.deciders_of)) == [an_id("kepala")]

    def test_come_to_nobody_else(self) -> None:
        assert list(applicants_of(an_id("siti"), self.deciders_of)) == []


class TestAlarms:
    def of(self, *roles: HeldRole) -> list[UUID | None]:
        def deciders_of(applicant_id: UUID) -> Deciders:
            applicant = "umpeg" if applicant_id == an_id("umpeg") else "nobody"
            return ask("umpeg", list(roles), applicant=applicant)

        return [applicant_id for applicant_id, _ in alarms_of(deciders_of)]

    def test_are_of_everybody_where_nobody_holds_the_role(self) -> None:
        assert self.of() == [None]

    def test_are_of_the_only_holder_where_no_other_can_decide(self) -> None:
        assert self.of(held("umpeg", "umpeg", "disdik")) == [an_id("umpeg")]

    def test_are_none_where_somebody_is_left(self) -> None:
        assert self.of(*(held(name, "umpeg", "disdik") for name in ("umpeg", "second"))) == []


def test_a_desk_of_the_region_serves_every_opd() -> None:
    organisation = an_organisation()

    assert opds_of(Desk("opd_head", an_id("disdik")), organisation) == (an_id("disdik"),)
    assert set(opds_of(Desk("opd_head", None), organisation)) == {
        an_id(code) for code in ("disdik", "dinkes", "bkpsdm")
    }


@pytest.mark.parametrize(
    ("role", "unit", "sees"),
    [
        ("umpeg", "disdik", True),
        ("opd_secretary", "dinkes", False),
        ("division_head", "kinerja", True),
        ("bkpsdm_admin", "mutasi", False),
        ("bkpsdm_secretary", "bkpsdm", True),
        ("sekda", None, False),
    ],
)
def test_an_office_sees_what_comes_its_way(role: str, unit: str | None, sees: bool) -> None:
    opd_id, divisions = an_id("disdik"), ("bidang-kinerja",)
    office = held("siti", role, unit)

    assert an_organisation().oversees(office, opd_id=opd_id, divisions=divisions) is sees

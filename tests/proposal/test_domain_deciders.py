"""Who decides today: grants, acting officers, delegations, and the chain of R16."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.deciders import Answer, Desk, Holder, Question, desks_of, who_decides
from services.proposal.domain.organisation import Delegation, Grant, scope_of
from tests.builders.definitions import an_id, an_organisation, seeded, units

TODAY = date(2026, 3, 10)
SINCE = date(2020, 1, 1)
ANY_KIND = frozenset({"definitive", "plt", "plh", "pj", "tt"})
NO_PLT = frozenset({"definitive", "plh", "pj"})


def grant(name: str, role: str, unit: str | None, **more: Any) -> Grant:
    return Grant(an_id(name), role, an_id(unit) if unit else None, **more)


def lends(giver: str, taker: str, role: str, **more: Any) -> Delegation:
    days = {"starts_on": SINCE, "ends_on": date(2026, 12, 31), **more}
    return Delegation(role, an_id(giver), an_id(taker), **days)


def ask(
    role: str,
    grants: list[Grant],
    *,
    applicant: str = "applicant",
    opd: str = "disdik",
    layanan: str = "bebas_hukdis",
    divisions: tuple[str, ...] = ("bidang-kinerja",),
    delegations: tuple[Delegation, ...] = (),
    acting: frozenset[str] = ANY_KIND,
    today: date = TODAY,
) -> Answer:
    organisation = an_organisation(grants=tuple(grants), delegations=delegations)
    question = Question(
        role=role,
        applicant_id=an_id(applicant),
        opd_id=an_id(opd),
        layanan=layanan,
        unit_ids=scope_of(role, opd_id=an_id(opd), divisions=divisions, organisation=organisation),
        acting=acting,
    )
    return who_decides(question, organisation, today)


def names(answer: Answer, *candidates: str) -> set[str]:
    known = {an_id(name): name for name in candidates}
    return {known[one] for one in answer.employee_ids}


class TestHolders:
    def test_are_those_of_the_applicants_own_opd(self) -> None:
        grants = [grant("siti", "umpeg", "disdik"), grant("budi", "umpeg", "dinkes")]

        assert names(ask("umpeg", grants), "siti", "budi") == {"siti"}
        assert names(ask("umpeg", grants, opd="dinkes"), "siti", "budi") == {"budi"}

    def test_of_a_division_handle_only_their_layanan(self) -> None:
        grants = [grant("siti", "bkpsdm_admin", "kinerja"), grant("budi", "bkpsdm_admin", "mutasi")]

        assert names(ask("bkpsdm_admin", grants), "siti", "budi") == {"siti"}

    @pytest.mark.parametrize("divisions", [(), ("bidang-elsewhere",)])
    def test_of_every_division_handle_what_no_division_is_named_for(
        self, divisions: tuple[str, ...]
    ) -> None:
        grants = [grant("siti", "bkpsdm_admin", "kinerja"), grant("budi", "bkpsdm_admin", "mutasi")]

        answer = ask("bkpsdm_admin", grants, divisions=divisions)

        assert names(answer, "siti", "budi") == {"siti", "budi"}

    @pytest.mark.parametrize("unit", ["bkpsdm", None, "region"])
    def test_of_a_regional_role_serve_every_opd(self, unit: str | None) -> None:
        answer = ask("bkpsdm_head", [grant("siti", "bkpsdm_head", unit)])

        assert names(answer, "siti") == {"siti"}

    def test_of_a_regional_role_must_sit_in_bkpsdm(self) -> None:
        assert ask("bkpsdm_head", [grant("siti", "bkpsdm_head", "dinkes")]).alarm

    @pytest.mark.parametrize(
        ("starts_on", "ends_on", "holds"),
        [
            (date(2026, 3, 10), date(2026, 3, 10), True),
            (date(2026, 3, 11), None, False),
            (SINCE, date(2026, 3, 9), False),
            (SINCE, None, True),
        ],
    )
    def test_hold_from_the_first_day_to_the_last(
        self, starts_on: date, ends_on: date | None, holds: bool
    ) -> None:
        answer = ask(
            "umpeg", [grant("siti", "umpeg", "disdik", starts_on=starts_on, ends_on=ends_on)]
        )

        assert bool(answer.holders) is holds

    def test_no_longer_hold_a_grant_that_was_ended(self) -> None:
        assert ask("umpeg", [grant("siti", "umpeg", "disdik", active=False)]).alarm


class TestActing:
    GRANTS = (
        grant("tetap", "bkpsdm_head", "bkpsdm", ends_on=date(2026, 3, 1)),
        grant("plt", "bkpsdm_head", "bkpsdm", acting="plt"),
    )

    def test_a_plt_decides_where_the_stage_allows_it(self) -> None:
        answer = ask("bkpsdm_head", list(self.GRANTS))

        assert answer.held_by(an_id("plt")) == Holder(
            an_id("plt"), "bkpsdm_head", "plt", an_id("bkpsdm")
        )

    def test_a_plt_does_not_decide_what_changes_legal_status(self) -> None:
        sekda = grant("sekda", "sekda", None)

        answer = ask("bkpsdm_head", [*self.GRANTS, sekda], acting=NO_PLT)

        assert names(answer, "plt", "sekda") == {"sekda"}

    def test_the_promotion_of_the_catalogue_is_such_a_case(self) -> None:
        rule = seeded("kp_fungsional").stage_rule(
            "bkpsdm_head_approval"  # type: ignore[arg-type]
        )

        assert rule is not None
        assert "plt" not in rule.acting
        assert "plh" in rule.acting

    def test_a_delegate_of_a_plt_has_no_more_power_than_the_plt(self) -> None:
        answer = ask(
            "bkpsdm_head",
            list(self.GRANTS),
            delegations=(lends("plt", "wakil", "bkpsdm_head"),),
            acting=NO_PLT,
        )

        assert answer.alarm


class TestDelegation:
    HEAD = grant("kepala", "opd_head", "disdik")

    def test_lets_another_decide_in_the_holders_place(self) -> None:
        answer = ask("opd_head", [self.HEAD], delegations=(lends("kepala", "wakil", "opd_head"),))

        assert names(answer, "kepala", "wakil") == {"kepala", "wakil"}
        wakil = answer.held_by(an_id("wakil"))
        assert wakil is not None
        assert wakil.acting_for == an_id("kepala")

    @pytest.mark.parametrize(
        "change",
        [
            {"starts_on": date(2026, 3, 11)},
            {"ends_on": date(2026, 3, 9)},
            {"active": False},
            {"layanan": frozenset({"kgb"})},
            {"unit_id": an_id("dinkes")},
        ],
    )
    def test_holds_only_as_it_was_given(self, change: dict[str, Any]) -> None:
        delegation = lends("kepala", "wakil", "opd_head", **change)

        answer = ask("opd_head", [self.HEAD], delegations=(delegation,))

        assert answer.held_by(an_id("wakil")) is None

    def test_ends_with_the_holders_own_grant(self) -> None:
        ended = grant("kepala", "opd_head", "disdik", ends_on=date(2026, 3, 1))

        answer = ask("opd_head", [ended], delegations=(lends("kepala", "wakil", "opd_head"),))

        assert answer.alarm

    def test_cannot_be_passed_on(self) -> None:
        answer = ask(
            "opd_head",
            [self.HEAD],
            delegations=(
                lends("kepala", "wakil", "opd_head"),
                lends("wakil", "ketiga", "opd_head"),
            ),
        )

        assert answer.held_by(an_id("ketiga")) is None

    def test_does_not_hide_that_somebody_holds_the_role_too(self) -> None:
        second = grant("wakil", "umpeg", "disdik")
        answer = ask(
            "umpeg",
            [grant("siti", "umpeg", "disdik"), second],
            delegations=(lends("siti", "wakil", "umpeg"),),
        )

        wakil = answer.held_by(an_id("wakil"))
        assert wakil is not None
        assert wakil.acting_for is None


class TestOwnProposal:
    """R16, read literally: each line is one sentence of the ruling."""

    STAFF = (
        grant("umpeg", "umpeg", "disdik"),
        grant("umpeg_second", "umpeg", "disdik"),
        grant("opd_secretary", "opd_secretary", "disdik"),
        grant("opd_head", "opd_head", "disdik"),
        grant("bkpsdm_admin", "bkpsdm_admin", "kinerja"),
        grant("bkpsdm_admin_second", "bkpsdm_admin", "kinerja"),
        grant("division_head", "division_head", "kinerja"),
        grant("bkpsdm_secretary", "bkpsdm_secretary", "bkpsdm"),
        grant("bkpsdm_head", "bkpsdm_head", "bkpsdm"),
        grant("sekda", "sekda", None),
    )
    NAMES = (
        *("umpeg", "umpeg_second", "opd_secretary", "opd_head", "bkpsdm_admin"),
        *("bkpsdm_admin_second", "division_head", "bkpsdm_secretary", "bkpsdm_head"),
        *("sekda", "wakil"),
    )

    @pytest.mark.parametrize(
        ("role", "applicant", "missing", "decider"),
        [
            ("umpeg", "umpeg", (), "umpeg_second"),
            ("umpeg", "umpeg", ("umpeg_second",), "opd_secretary"),
            ("opd_head", "opd_head", (), "sekda"),
            ("bkpsdm_admin", "bkpsdm_admin", (), "bkpsdm_admin_second"),
            ("bkpsdm_admin", "bkpsdm_admin", ("bkpsdm_admin_second",), "division_head"),
            ("bkpsdm_head", "bkpsdm_head", (), "sekda"),
            ("umpeg", "applicant", ("umpeg", "umpeg_second"), "opd_secretary"),
        ],
    )
    def test_goes_to_the_next_in_the_chain(
        self, role: str, applicant: str, missing: tuple[str, ...], decider: str
    ) -> None:
        gone = {an_id(name) for name in missing}
        staff = [one for one in self.STAFF if one.employee_id not in gone]

        answer = ask(role, staff, applicant=applicant)

        assert names(answer, *self.NAMES) == {decider}

    @pytest.mark.parametrize(
        ("role", "applicant"),
        [("opd_head", "opd_head"), ("bkpsdm_secretary", "bkpsdm_secretary")],
    )
    def test_goes_to_the_delegate_first(self, role: str, applicant: str) -> None:
        delegation = lends(applicant, "wakil", role)

        answer = ask(role, list(self.STAFF), applicant=applicant, delegations=(delegation,))

        assert names(answer, *self.NAMES) == {"wakil"}

    def test_raises_an_alarm_when_nobody_is_left(self) -> None:
        answer = ask("bkpsdm_secretary", list(self.STAFF), applicant="bkpsdm_secretary")

        assert answer.holders == ()
        assert answer.alarm is not None
        assert answer.alarm.role == "bkpsdm_secretary"

    def test_of_the_sekda_leaves_nobody_for_a_vacant_head(self) -> None:
        staff = [one for one in self.STAFF if one.role != "opd_head"]

        assert ask("opd_head", staff, applicant="sekda").alarm

    def test_is_not_decided_through_a_delegation_to_oneself_by_another(self) -> None:
        delegation = lends("umpeg", "applicant", "umpeg")

        answer = ask("umpeg", list(self.STAFF), delegations=(delegation,))

        assert answer.held_by(an_id("applicant")) is None

    def test_one_person_may_decide_two_stages_of_somebody_elses(self) -> None:
        head = [grant("satu", "opd_head", "bkpsdm"), grant("satu", "bkpsdm_head", "bkpsdm")]

        assert ask("opd_head", head, opd="bkpsdm").employee_ids == (an_id("satu"),)
        assert ask("bkpsdm_head", head, opd="bkpsdm").employee_ids == (an_id("satu"),)


PEOPLE = ("a", "b", "c", "d")
ROLES = ("umpeg", "opd_secretary", "opd_head", "bkpsdm_admin", "bkpsdm_head", "sekda")
UNITS = (*(unit.code for unit in units() if unit.kind == "opd"), "kinerja", None)


@given(
    grants=st.lists(
        st.builds(
            grant,
            st.sampled_from(PEOPLE),
            st.sampled_from(ROLES),
            st.sampled_from(UNITS),
            acting=st.sampled_from(["definitive", "plt", "plh"]),
        ),
        max_size=8,
    ),
    delegations=st.lists(
        st.builds(lends, st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.sampled_from(ROLES)),
        max_size=4,
    ),
    role=st.sampled_from(ROLES[:1] + ROLES[2:5]),
)
def test_nobody_ever_decides_an_own_proposal_and_silence_is_an_alarm(
    grants: list[Grant], delegations: list[Delegation], role: str
) -> None:
    answer = ask(role, grants, applicant="a", delegations=tuple(delegations), acting=NO_PLT)

    assert an_id("a") not in answer.employee_ids
    assert bool(answer.holders) is (answer.alarm is None)
    assert all(holder.acting != "plt" for holder in answer.holders)


class TestDesks:
    def of(self, name: str, *grants: Grant, delegations: tuple[Delegation, ...] = ()) -> set[Desk]:
        organisation = an_organisation(grants=grants, delegations=delegations)
        return set(desks_of(an_id(name), organisation, TODAY))

    def test_are_the_roles_somebody_holds(self) -> None:
        assert self.of("siti", grant("siti", "umpeg", "disdik")) == {
            Desk("umpeg", an_id("disdik")),
        }

    def test_are_the_roles_somebody_was_lent(self) -> None:
        delegation = lends("kepala", "siti", "opd_head", unit_id=an_id("disdik"))

        assert self.of("siti", delegations=(delegation,)) == {Desk("opd_head", an_id("disdik"))}

    def test_of_the_sekda_reach_every_head_as_a_last_resort(self) -> None:
        fallback = {desk for desk in self.of("s", grant("s", "sekda", None)) if desk.fallback}

        assert {(desk.role, desk.unit_id) for desk in fallback} == {
            ("opd_head", None),
            ("bkpsdm_head", None),
        }

    def test_are_none_for_an_employee_without_a_role(self) -> None:
        assert self.of("siti", grant("budi", "umpeg", "disdik")) == set()

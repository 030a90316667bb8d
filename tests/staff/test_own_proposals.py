"""Nobody decides an own proposal: the chain of R16."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff.organisation import Delegation, HeldRole
from tests.builders.organisation import an_id, units
from tests.staff.officers import NO_PLT, ask, held, lends, names


class TestOwnProposal:
    """R16, read literally: each line is one sentence of the ruling."""

    STAFF = (
        held("umpeg", "umpeg", "disdik"),
        held("umpeg_second", "umpeg", "disdik"),
        held("opd_secretary", "opd_secretary", "disdik"),
        held("opd_head", "opd_head", "disdik"),
        held("bkpsdm_admin", "bkpsdm_admin", "kinerja"),
        held("bkpsdm_admin_second", "bkpsdm_admin", "kinerja"),
        held("division_head", "division_head", "kinerja"),
        held("bkpsdm_secretary", "bkpsdm_secretary", "bkpsdm"),
        held("bkpsdm_head", "bkpsdm_head", "bkpsdm"),
        held("sekda", "sekda", None),
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
        staff = [holder for holder in self.STAFF if holder.employee_id not in gone]

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

    @pytest.mark.parametrize(
        ("role", "applicant", "missing", "decider"),
        [
            ("umpeg", "umpeg", (), "umpeg_second"),
            ("umpeg", "umpeg", ("umpeg_second",), "opd_secretary"),
            ("bkpsdm_admin", "bkpsdm_admin", (), "bkpsdm_admin_second"),
            ("bkpsdm_admin", "bkpsdm_admin", ("bkpsdm_admin_second",), "division_head"),
            ("bkpsdm_head", "bkpsdm_head", (), "sekda"),
            ("opd_head", "sekda", ("opd_head",), None),
            (
                *("bkpsdm_admin", "division_head"),
                *(("bkpsdm_admin", "bkpsdm_admin_second"), None),
            ),
        ],
    )
    def test_goes_past_the_own_delegate_where_the_ruling_names_somebody_else(
        self, role: str, applicant: str, missing: tuple[str, ...], decider: str | None
    ) -> None:
        gone = {an_id(name) for name in missing}
        staff = [holder for holder in self.STAFF if holder.employee_id not in gone]
        delegation = lends(applicant, "wakil", applicant)

        answer = ask(role, staff, applicant=applicant, delegations=(delegation,))

        assert names(answer, *self.NAMES) == ({decider} if decider else set())
        assert bool(answer.alarm) is (decider is None)

    def test_goes_to_a_delegate_of_another_holder_too(self) -> None:
        both = tuple(lends(giver, "wakil", "umpeg") for giver in ("umpeg", "umpeg_second"))

        answer = ask("umpeg", list(self.STAFF), applicant="umpeg", delegations=both)

        assert names(answer, *self.NAMES) == {"umpeg_second", "wakil"}

    def test_raises_an_alarm_when_nobody_is_left(self) -> None:
        answer = ask("bkpsdm_secretary", list(self.STAFF), applicant="bkpsdm_secretary")

        assert answer.holders == ()
        assert answer.alarm is not None
        assert answer.alarm.role == "bkpsdm_secretary"

    def test_of_the_sekda_leaves_nobody_for_a_vacant_head(self) -> None:
        staff = [item for item in self.STAFF if item.role != "opd_head"]

        assert ask("opd_head", staff, applicant="sekda").alarm

    def test_is_not_decided_through_a_delegation_to_oneself_by_another(self) -> None:
        delegation = lends("umpeg", "applicant", "umpeg")

        answer = ask("umpeg", list(self.STAFF), delegations=(delegation,))

        assert answer.held_by(an_id("applicant")) is None

    def test_one_person_may_decide_two_stages_of_somebody_elses(self) -> None:
        head = [held("satu", "opd_head", "bkpsdm"), held("satu", "bkpsdm_head", "bkpsdm")]

        assert ask("opd_head", head, opd="bkpsdm").employee_ids == (an_id("satu"),)
        assert ask("bkpsdm_head", head, opd="bkpsdm").employee_ids == (an_id("satu"),)


PEOPLE = ("a", "b", "c", "d")
ROLES = ("umpeg", "opd_secretary", "opd_head", "bkpsdm_admin", "bkpsdm_head", "sekda")
UNITS = (*(unit.code for unit in units() if unit.kind == "opd"), "kinerja", None)


@given(
    roles=st.lists(
        st.builds(
            held,
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
    roles: list[HeldRole], delegations: list[Delegation], role: str
) -> None:
    answer = ask(role, roles, applicant="a", delegations=tuple(delegations), acting=NO_PLT)

    assert an_id("a") not in answer.employee_ids
    lent = {holder.role for holder in answer.holders if holder.acting_for == an_id("a")}
    assert lent <= {"opd_head", "opd_secretary"}
    assert bool(answer.holders) is (answer.alarm is None)
    assert all(holder.acting != "plt" for holder in answer.holders)

"""Who decides today: roles, acting officers, delegations, and the chain of R16."""

from datetime import date
from typing import Any

import pytest

from staff.deciders import Deciders, Holder
from staff.organisation import HeldRole
from tests.builders.organisation import an_id
from tests.staff.officers import NO_PLT, SINCE, ask, held, lends, names


class TestHolders:
    def test_are_those_of_the_applicants_own_opd(self) -> None:
        roles = [held("siti", "umpeg", "disdik"), held("budi", "umpeg", "dinkes")]

        assert names(ask("umpeg", roles), "siti", "budi") == {"siti"}
        assert names(ask("umpeg", roles, opd="dinkes"), "siti", "budi") == {"budi"}

    def test_of_a_division_handle_only_their_layanan(self) -> None:
        roles = [held("siti", "bkpsdm_admin", "kinerja"), held("budi", "bkpsdm_admin", "mutasi")]

        assert names(ask("bkpsdm_admin", roles), "siti", "budi") == {"siti"}

    @pytest.mark.parametrize("divisions", [(), ("bidang-elsewhere",)])
    def test_of_every_division_handle_what_no_division_is_named_for(
        self, divisions: tuple[str, ...]
    ) -> None:
        roles = [held("siti", "bkpsdm_admin", "kinerja"), held("budi", "bkpsdm_admin", "mutasi")]

        answer = ask("bkpsdm_admin", roles, divisions=divisions)

        assert names(answer, "siti", "budi") == {"siti", "budi"}

    @pytest.mark.parametrize("unit", ["bkpsdm", None, "region"])
    def test_of_a_regional_role_serve_every_opd(self, unit: str | None) -> None:
        answer = ask("bkpsdm_head", [held("siti", "bkpsdm_head", unit)])

        assert names(answer, "siti") == {"siti"}

    def test_of_a_regional_role_must_sit_in_bkpsdm(self) -> None:
        assert ask("bkpsdm_head", [held("siti", "bkpsdm_head", "dinkes")]).alarm

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
            "umpeg", [held("siti", "umpeg", "disdik", starts_on=starts_on, ends_on=ends_on)]
        )

        assert bool(answer.holders) is holds

    def test_no_longer_hold_a_role_that_was_taken_back(self) -> None:
        assert ask("umpeg", [held("siti", "umpeg", "disdik", active=False)]).alarm


class TestActing:
    ROLES = (
        held("tetap", "bkpsdm_head", "bkpsdm", ends_on=date(2026, 3, 1)),
        held("plt", "bkpsdm_head", "bkpsdm", acting="plt"),
    )

    def test_a_plt_decides_where_the_stage_allows_it(self) -> None:
        answer = ask("bkpsdm_head", list(self.ROLES))

        assert answer.held_by(an_id("plt")) == Holder(
            an_id("plt"), "bkpsdm_head", "plt", an_id("bkpsdm")
        )

    def test_a_plt_does_not_decide_what_changes_legal_status(self) -> None:
        sekda = held("sekda", "sekda", None)

        answer = ask("bkpsdm_head", [*self.ROLES, sekda], acting=NO_PLT)

        assert names(answer, "plt", "sekda") == {"sekda"}

    def test_a_delegate_of_a_plt_has_no_more_power_than_the_plt(self) -> None:
        answer = ask(
            "bkpsdm_head",
            list(self.ROLES),
            delegations=(lends("plt", "wakil", "bkpsdm_head"),),
            acting=NO_PLT,
        )

        assert answer.alarm


class TestChangesOfLegalStatus:
    """R42: only by definitive, Pj, or the next of R16; never by who stands in, nor a delegate."""

    SEKDA = held("sekda", "sekda", None)

    @pytest.mark.parametrize(
        ("acting", "who"),
        [
            ("definitive", "kepala"),
            ("pj", "kepala"),
            ("plt", "sekda"),
            ("plh", "sekda"),
            ("tt", "sekda"),
        ],
    )
    def test_are_decided_by_the_holder_or_the_next(self, acting: str, who: str) -> None:
        head = held("kepala", "bkpsdm_head", "bkpsdm", acting=acting)

        answer = self._asked(head, self.SEKDA)

        assert names(answer, "kepala", "sekda", "wakil") == {who}

    @pytest.mark.parametrize("acting", ["plt", "plh", "tt"])
    def test_are_not_decided_by_who_stands_in_for_the_next_either(self, acting: str) -> None:
        assert self._asked(held("sekda", "sekda", None, acting=acting)).alarm

    def _asked(self, *roles: HeldRole) -> Deciders:
        lent = (lends("kepala", "wakil", "bkpsdm_head"), lends("sekda", "wakil", "sekda"))
        kinds = frozenset({"definitive", "pj"})
        return ask("bkpsdm_head", list(roles), delegations=lent, acting=kinds, delegates=False)


class TestDelegation:
    HEAD = held("kepala", "opd_head", "disdik")

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

    def test_ends_with_the_holders_own_role(self) -> None:
        ended = held("kepala", "opd_head", "disdik", ends_on=date(2026, 3, 1))

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
        second = held("wakil", "umpeg", "disdik")
        answer = ask(
            "umpeg",
            [held("siti", "umpeg", "disdik"), second],
            delegations=(lends("siti", "wakil", "umpeg"),),
        )

        wakil = answer.held_by(an_id("wakil"))
        assert wakil is not None
        assert wakil.acting_for is None

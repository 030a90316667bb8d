"""Who decides today: grants, acting officers, delegations, and the chain of R16."""

from datetime import date
from typing import Any

import pytest

from services.proposal.domain.deciders import Holder
from tests.builders.definitions import an_id, seeded
from tests.proposal.officers import NO_PLT, SINCE, ask, grant, lends, names


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

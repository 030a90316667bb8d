"""Roles, heads' posts and delegations: dates and units."""

from datetime import date
from typing import Any

import pytest

from chassis.kernel.errors import Refused
from chassis.kernel.period import Period
from services.identity.domain.appointments import (
    ActingKindUnfit,
    EndBeforeStart,
    EndMissing,
    HeldAlready,
    Holding,
    NoEnd,
    NotLater,
    PltTooLong,
    PostTaken,
    check_appointment,
    check_prolongation,
)
from services.identity.domain.delegations import (
    DelegatedAlready,
    DelegateElsewhere,
    DelegationDatesWrong,
    DelegationToSelf,
    Lent,
    Parties,
    RoleNotDelegable,
    RoleNotHeld,
    check_delegation,
    months,
    share_layanan,
    superiors_of,
)
from services.identity.domain.roles import (
    GrantBeyondOwnRole,
    RoleUnitMismatch,
    SelfGrant,
    UnitFacts,
    check_grantor,
    check_may_manage_account,
    check_unit,
    is_above_administrators,
)
from services.identity.manifest import ROLES

ME, OTHER = "me", "other"
KNOWN = {role.code: role for role in ROLES}
OPD_HEAD, UMPEG = KNOWN["opd_head"], KNOWN["umpeg"]


def _held(acting: str, starts: str, ends: str | None = None, who: str = ME) -> Holding:
    return Holding(
        who, acting, date.fromisoformat(starts), date.fromisoformat(ends) if ends else None
    )


@pytest.mark.parametrize(
    ("starts", "ends"),
    [("2026-01-15", "2026-04-14"), ("2026-11-30", "2027-02-27"), ("2026-01-01", "2026-01-01")],
)
def test_a_plt_of_up_to_three_months_is_fine(starts: str, ends: str):
    check_appointment(OPD_HEAD, _held("plt", starts, ends), others=[])


@pytest.mark.parametrize(
    ("starts", "ends"), [("2026-01-15", "2026-04-15"), ("2026-11-30", "2027-02-28")]
)
def test_a_plt_of_a_day_more_is_refused(starts: str, ends: str):
    with pytest.raises(PltTooLong):
        check_appointment(OPD_HEAD, _held("plt", starts, ends), others=[])


def test_a_plt_is_prolonged_to_six_months_and_no_further():
    held = _held("plt", "2026-01-15", "2026-04-14")

    check_prolongation(OPD_HEAD, held, until=date(2026, 7, 14), others=[])
    with pytest.raises(PltTooLong):
        check_prolongation(OPD_HEAD, held, until=date(2026, 7, 15), others=[])


def test_appointing_the_same_plt_again_without_a_gap_does_not_stretch_the_six_months():
    earlier = [
        _held("plt", "2026-01-01", "2026-03-31"),
        _held("plt", "2026-04-01", "2026-06-30"),
    ]

    with pytest.raises(PltTooLong):
        check_appointment(OPD_HEAD, _held("plt", "2026-07-01", "2026-07-31"), others=earlier)
    check_appointment(OPD_HEAD, _held("plt", "2026-07-01", "2026-07-31", who=OTHER), others=earlier)


def test_a_prolongation_goes_forward():
    held = _held("plt", "2026-01-15", "2026-04-14")

    with pytest.raises(NotLater):
        check_prolongation(OPD_HEAD, held, until=date(2026, 4, 14), others=[])


def test_what_has_no_end_is_not_prolonged():
    with pytest.raises(NoEnd):
        check_prolongation(
            UMPEG, _held("definitive", "2026-01-15"), until=date(2026, 4, 14), others=[]
        )


def test_nobody_holds_the_same_role_twice_in_a_day():
    held = _held("definitive", "2026-01-15", "2026-04-14")
    late, later = (_held("definitive", day) for day in ("2026-04-14", "2026-04-15"))

    with pytest.raises(HeldAlready):
        check_appointment(UMPEG, late, others=[held])
    check_appointment(UMPEG, later, others=[held])
    check_appointment(UMPEG, _held("definitive", "2026-01-15", who=OTHER), others=[held])


def test_a_prolongation_does_not_run_into_the_next_holder():
    held = _held("plt", "2026-01-15", "2026-04-14")
    successor = _held("definitive", "2026-05-01", who=OTHER)

    with pytest.raises(PostTaken):
        check_prolongation(OPD_HEAD, held, until=date(2026, 5, 1), others=[successor])


@pytest.mark.parametrize("acting", ["plt", "plh", "pj"])
def test_whoever_acts_for_another_needs_an_end(acting: str):
    with pytest.raises(EndMissing):
        check_appointment(OPD_HEAD, _held(acting, "2026-01-01"), others=[])


@pytest.mark.parametrize("acting", ["definitive", "tt"])
def test_a_holder_may_stay_without_end(acting: str):
    check_appointment(OPD_HEAD, _held(acting, "2026-01-01"), others=[])


def test_an_end_before_the_start_is_refused():
    with pytest.raises(EndBeforeStart):
        check_appointment(OPD_HEAD, _held("plh", "2026-01-02", "2026-01-01"), others=[])


def test_only_the_post_of_a_head_can_be_acting():
    with pytest.raises(ActingKindUnfit):
        check_appointment(UMPEG, _held("plt", "2026-01-01", "2026-02-01"), others=[])


def test_a_post_has_one_holder_at_a_time():
    there = _held("definitive", "2020-01-01", who=OTHER)

    with pytest.raises(PostTaken):
        check_appointment(OPD_HEAD, _held("definitive", "2026-01-01"), others=[there])
    with pytest.raises(PostTaken):
        check_appointment(OPD_HEAD, _held("plt", "2026-01-01", "2026-02-01"), others=[there])


def test_a_plh_stands_in_beside_the_holder_but_not_beside_another_plh():
    holder = _held("definitive", "2020-01-01", who=OTHER)
    standing_in = _held("plh", "2026-01-05", "2026-01-09", who=OTHER)
    new = _held("plh", "2026-01-01", "2026-01-10")

    check_appointment(OPD_HEAD, new, others=[holder])
    with pytest.raises(PostTaken):
        check_appointment(OPD_HEAD, new, others=[holder, standing_in])


def test_several_people_may_be_umpeg_of_one_opd():
    check_appointment(
        UMPEG,
        _held("definitive", "2026-01-01"),
        others=[_held("definitive", "2020-01-01", who=OTHER)],
    )


OPD = UnitFacts("opd", bkpsdm=False)
BKPSDM = UnitFacts("opd", bkpsdm=True)
DIVISION = UnitFacts("division", bkpsdm=True)


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("umpeg", OPD),
        ("opd_head", OPD),
        ("opd_head", BKPSDM),
        ("bkpsdm_head", BKPSDM),
        ("bkpsdm_admin", DIVISION),
        ("sysadmin", None),
        ("sekda", None),
    ],
)
def test_a_role_fits_its_kind_of_unit(role: str, unit: UnitFacts | None):
    check_unit(KNOWN[role], unit)


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("umpeg", None),
        ("umpeg", UnitFacts("unit", bkpsdm=False)),
        ("umpeg", UnitFacts("opd", bkpsdm=False, active=False)),
        ("bkpsdm_head", OPD),
        ("bkpsdm_admin", UnitFacts("division", bkpsdm=False)),
        ("bkpsdm_admin", BKPSDM),
        ("sysadmin", OPD),
    ],
)
def test_a_role_for_another_kind_of_unit_is_refused(role: str, unit: UnitFacts | None):
    with pytest.raises(RoleUnitMismatch):
        check_unit(KNOWN[role], unit)


def test_nobody_gives_himself_a_role():
    with pytest.raises(SelfGrant):
        check_grantor(is_above=False, grantor_roles={"sysadmin"}, grantor_is_grantee=True)


ABOVE = {"sysadmin", "auditor", "sekda", "bkpsdm_head", "bkpsdm_secretary", "division_head"}


@pytest.mark.parametrize("role", sorted(KNOWN))
def test_who_decides_over_bkpsdms_officers_or_watches_them_is_a_sysadmins_matter(role: str):
    officer = {"grantor_roles": {"bkpsdm_admin"}, "grantor_is_grantee": False}
    is_above = is_above_administrators(KNOWN[role])

    assert is_above == (role in ABOVE)
    if is_above:
        with pytest.raises(GrantBeyondOwnRole):
            check_grantor(is_above=is_above, **officer)
        with pytest.raises(GrantBeyondOwnRole):
            check_may_manage_account(manager_roles={"bkpsdm_admin"}, owner_is_above=is_above)
        check_grantor(is_above=is_above, grantor_roles={"sysadmin"}, grantor_is_grantee=False)
    else:
        check_grantor(is_above=is_above, **officer)
        check_may_manage_account(manager_roles={"bkpsdm_admin"}, owner_is_above=is_above)


def _delegate(
    *,
    role: str = "opd_head",
    to: str = OTHER,
    starts: date = date(2026, 5, 4),
    ends: date = date(2026, 5, 8),
    held: tuple[Period, ...] = (Period(date(2020, 1, 1)),),
    same_opd: bool = True,
    deputy: bool = False,
    months: int = 3,
    lent: tuple[Lent, ...] = (),
) -> None:
    parties = Parties(ME, to, same_opd, deputy)
    bounds = {"held": held, "months": months, "lent": lent}
    check_delegation(KNOWN[role], parties, starts_on=starts, ends_on=ends, **bounds)


def test_a_holder_delegates_for_some_dates():
    _delegate()
    _delegate(starts=date(2026, 5, 4), ends=date(2026, 8, 3))
    _delegate(starts=date(2026, 5, 4), ends=date(2027, 5, 3), months=12)
    _delegate(same_opd=False, deputy=True)
    _delegate(lent=(Lent("Somebody", Period(date(2026, 5, 9), date(2026, 5, 10))),))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"role": "sysadmin"}, RoleNotDelegable),
        ({"to": ME}, DelegationToSelf),
        ({"ends": date(2026, 5, 3)}, DelegationDatesWrong),
        ({"ends": date(2026, 8, 4)}, DelegationDatesWrong),
        ({"ends": date(2027, 5, 4), "months": 12}, DelegationDatesWrong),
        ({"same_opd": False}, DelegateElsewhere),
        ({"lent": (Lent("Somebody", Period(date(2026, 5, 8))),)}, DelegatedAlready),
        ({"held": ()}, RoleNotHeld),
        ({"held": (Period(date(2020, 1, 1), date(2026, 5, 7)),)}, RoleNotHeld),
    ],
)
def test_what_is_not_there_or_out_of_bounds_is_not_handed_over(change: dict, error: type[Refused]):
    with pytest.raises(error) as refusal:
        _delegate(**change)

    assert [each.pointer for each in refusal.value.errors] != []


@pytest.mark.parametrize("said", ["0", "13", "-1", "x", "1.5"])
def test_delegations_last_from_one_to_twelve_months(said: str):
    with pytest.raises(ValueError):
        months(said)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (None, None, True),
        (["kgb"], None, True),
        (["kgb"], ["kgb", "karis_karsu"], True),
        (["kgb"], ["karis_karsu"], False),
    ],
)
def test_a_delegation_of_all_layanan_shares_each(one: Any, other: Any, shared: bool):
    assert share_layanan(one, other) is shared is share_layanan(other, one)


def test_whoever_is_above_is_known_of_every_role_that_may_be_delegated():
    delegable = {role.code for role in ROLES if role.may_be_delegated}

    assert {role for role in delegable if not list(superiors_of(role))} == {"sekda"}
    assert list(superiors_of("umpeg")) == ["opd_head", "sekda"]
    assert list(superiors_of("bkpsdm_admin")) == ["division_head", "bkpsdm_head", "sekda"]

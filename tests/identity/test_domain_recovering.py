"""How many hands bring an account back (C17): every way, every hand that does not count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.identity.domain.recovering import (
    BothSecrets,
    Desk,
    Hand,
    HandNotNeeded,
    HandsDependent,
    OwnerObjected,
    OwnRecovery,
    RecoveryEnded,
    RecoveryWaits,
    Request,
    SameHand,
    State,
    SysadminsHand,
    Way,
    are_independent,
    check_letter,
    confirm,
    way_for,
)

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
DAY = timedelta(hours=24)
OWNER, UMPEG, ADMIN, SECOND = (UUID(int=number) for number in range(1, 5))
AT_OPD, AT_BKPSDM = Hand(UMPEG, [Desk.OPD]), Hand(ADMIN, [Desk.BKPSDM])
HANDS = {UMPEG: AT_OPD, ADMIN: AT_BKPSDM}


def _request(way: Way = Way.TWO_HANDS, **values: object) -> Request:
    asked = Request(OWNER, way, State.ASKED, expires_at=NOW + 7 * DAY)
    return replace(asked, **values)


def _with(request: Request, hand: Hand) -> Request:
    other = next((HANDS[each] for each in request.hands), None)
    return confirm(request, hand, other=other, now=NOW, wait=DAY)


@pytest.mark.parametrize(
    ("roles", "has_contact", "way"),
    [
        ([], True, Way.WITNESS),
        ([], False, Way.TWO_HANDS),
        (["umpeg"], True, Way.TWO_HANDS),
        (["sysadmin"], False, Way.TWO_HANDS),
    ],
)
def test_only_an_employee_without_a_role_and_with_a_contact_needs_one_hand(roles, has_contact, way):
    assert way_for(roles=roles, has_contact=has_contact) is way


def test_a_witness_completes_the_request_of_an_ordinary_employee_at_once():
    released = _with(_request(Way.WITNESS), AT_OPD)

    assert released.state is State.RELEASED
    assert released.ready_at == NOW


@pytest.mark.parametrize("order", [(AT_OPD, AT_BKPSDM), (AT_BKPSDM, AT_OPD)])
def test_two_hands_complete_a_request_in_any_order_and_the_time_runs_from_the_second(order):
    first, second = order

    begun = _with(_request(), first)
    released = _with(begun, second)

    assert (begun.state, begun.ready_at) == (State.ASKED, None)
    assert released.state is State.RELEASED
    assert released.ready_at == NOW + DAY
    assert released.hands == {UMPEG, ADMIN}


@pytest.mark.parametrize(
    ("request_", "hand", "refusal"),
    [
        (_request(), Hand(OWNER, [Desk.OPD, Desk.BKPSDM]), OwnRecovery),
        (_request(opd_hand=UMPEG), Hand(UMPEG, [Desk.OPD, Desk.BKPSDM]), SameHand),
        (_request(bkpsdm_hand=ADMIN), Hand(SECOND, [Desk.BKPSDM]), HandNotNeeded),
        (_request(), Hand(SECOND, []), HandNotNeeded),
        (_request(Way.WITNESS), AT_BKPSDM, HandNotNeeded),
        (_request(of_sysadmin=True), AT_BKPSDM, SysadminsHand),
        (_request(), replace(AT_OPD, was_stopped=True), OwnerObjected),
        (_request(), replace(AT_OPD, helped_otherwise=True), BothSecrets),
        (_request(bkpsdm_hand=ADMIN), replace(AT_OPD, owes=frozenset({ADMIN})), HandsDependent),
        (_request(state=State.STOPPED), AT_OPD, RecoveryEnded),
        (_request(state=State.USED), AT_OPD, RecoveryEnded),
        (_request(expires_at=NOW), AT_OPD, RecoveryEnded),
    ],
)
def test_a_hand_that_does_not_count_is_refused(request_, hand, refusal):
    with pytest.raises(refusal):
        _with(request_, hand)


def test_whoever_owes_the_account_to_the_second_hand_was_no_first_hand():
    begun = _request(opd_hand=UMPEG)
    made = replace(AT_OPD, owes=frozenset({ADMIN}))

    with pytest.raises(HandsDependent):
        confirm(begun, AT_BKPSDM, other=made, now=NOW, wait=DAY)


MAKER, FIRST = UUID(int=5), UUID(int=6)
MADE = {"owes": frozenset({MAKER, FIRST})}
OLD = {**MADE, "is_established": True}
ROOT = Hand(FIRST, [Desk.BKPSDM], is_sysadmin=True)


@pytest.mark.parametrize(
    ("one", "other", "independent"),
    [
        (AT_OPD, AT_BKPSDM, True),
        (replace(AT_OPD, **MADE), AT_BKPSDM, True),
        (replace(AT_OPD, **MADE), replace(AT_BKPSDM, **MADE), False),
        (replace(AT_OPD, **OLD), replace(AT_BKPSDM, **MADE), False),
        (replace(AT_OPD, **OLD), replace(AT_BKPSDM, **OLD), True),
        (replace(AT_OPD, **OLD), replace(AT_BKPSDM, person_id=MAKER), False),
        (replace(AT_OPD, **MADE), ROOT, False),
        (replace(AT_OPD, **OLD), ROOT, True),
        (replace(AT_OPD, **OLD), replace(ROOT, is_sysadmin=False), False),
        (replace(AT_OPD, **OLD), replace(ROOT, owes=frozenset({SECOND})), False),
    ],
)
def test_two_hands_are_two_if_neither_made_the_other_and_nobody_lately_made_both(
    one: Hand, other: Hand, independent: bool
):
    assert are_independent(one, other) is are_independent(other, one) is independent


@pytest.mark.parametrize(
    ("values", "who", "at", "refusal"),
    [
        ({}, UMPEG, DAY - timedelta(seconds=1), RecoveryWaits),
        ({"ready_at": None}, UMPEG, DAY, RecoveryWaits),
        ({"way": Way.WITNESS}, UMPEG, DAY, RecoveryWaits),
        ({}, SECOND, DAY, HandNotNeeded),
        ({}, OWNER, DAY, HandNotNeeded),
        ({"state": State.STOPPED}, UMPEG, DAY, RecoveryEnded),
        ({}, UMPEG, 7 * DAY, RecoveryEnded),
    ],
)
def test_a_letter_waits_for_both_hands_and_for_the_time(values, who, at, refusal):
    whole = _request(state=State.RELEASED, opd_hand=UMPEG, bkpsdm_hand=ADMIN, ready_at=NOW + DAY)

    with pytest.raises(refusal):
        check_letter(replace(whole, **values), who, NOW + at)
    check_letter(whole, UMPEG, NOW + DAY)
    check_letter(whole, ADMIN, NOW + DAY)

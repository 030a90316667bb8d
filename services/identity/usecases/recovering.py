"""The desk where an account is given back to its owner (C17); the rules are `domain.recovering`."""

from contextlib import suppress
from datetime import timedelta
from itertools import chain
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.kernel.errors import NotFound, Refused
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.runtime import here
from services.identity import events, queries
from services.identity.adapters.sealing import fingerprint, new_token
from services.identity.domain import recovering
from services.identity.domain.alarms import HIGH_OFFICE
from services.identity.domain.forgotten import OWN_LINK_LIFE
from services.identity.domain.recovering import (
    Hand,
    HandNotNeeded,
    OwnRecovery,
    Resets,
    SameHand,
    State,
    Way,
)
from services.identity.models import AccountRecovery, Employee, db
from services.identity.usecases.barring import bar, lift_bar
from services.identity.usecases.hands import hand_of
from services.identity.usecases.letters import burn, seal
from services.identity.usecases.recoveries import (
    is_open,
    open_of,
    other_hand,
    request_of,
    seen_from_a_desk,
    verified_contact,
    way_of,
)
from services.identity.usecases.sessions import is_above

LINK_PATH, STOP_PATH = "/masuk/pulih", "/masuk/hentikan"
# Longer than a request and the letter that may come of it live.
_STOPPABLE = timedelta(days=30)


class NeverSignedIn(Refused):
    """There is nothing to recover: whoever never signed in gets an activation letter."""

    code = "never_signed_in"
    text = {
        "id": "Pegawai ini belum pernah masuk. Administrator membuat surat aktivasinya.",
        "en": "This person never signed in. An administrator makes the activation letter.",
    }


class NoSecondFactor(Refused):
    code = "no_second_factor"
    text = {
        "id": "Akun ini tidak memakai autentikator.",
        "en": "This account has no authenticator.",
    }


def ask(
    employee_id: UUID,
    resets: Resets,
    *,
    by: UUID,
    contact_lost: bool = False,
) -> AccountRecovery:
    """Ask for somebody who cannot sign in, and confirm it as far as one's own desk goes.

    What is asked for already is not asked twice. `contact_lost`: the verified contact does not
    reach its owner any more. Raises `NotFound`, `NeverSignedIn`, `NoSecondFactor` and what
    `confirm` raises.
    """
    with db.transaction():
        owner = queries.employee(employee_id)
        hand = hand_of(by, owner, resets)
        if by == owner.id:
            raise OwnRecovery
        if not hand.desks:
            raise NotFound
        row, is_new = open_request(owner, resets, by=by, contact_lost=contact_lost)
        with suppress(SameHand, HandNotNeeded):
            is_new = _confirm(row, owner, hand) or is_new
        if is_new:
            tell(row)
    return row


def ask_for_oneself(employee_id: UUID, resets: Resets) -> None:
    """Ask for one's own account, from the page. Raises what `open_request` raises."""
    with db.transaction():
        row, is_new = open_request(queries.employee(employee_id), resets, by=None)
        if is_new:
            tell(row)


def release_to_owner(owner: Employee) -> str:
    """Return the path of a link for somebody who showed the second factor or a recovery code.

    What was asked for by hands ends with it.
    """
    with db.transaction() as session:
        present = open_of(owner.id, Resets.PASSWORD)
        if present is not None:
            # Nobody's word against it: `ended_by` would be the owner's objection to these hands.
            present.change(state=str(State.STOPPED), ended_at=now())
            burn(present.id)
            lift_bar(owner)
        row = _asked(owner, Resets.PASSWORD, by=None, contact_lost=False)
        token, until = new_token(), now() + OWN_LINK_LIFE
        row.change(
            way=str(Way.OWN),
            state=str(State.RELEASED),
            by_letter=False,
            expires_at=until,
            link_fingerprint=fingerprint(token),
            link_expires_at=until,
        )
        session.flush()
        tell(row)
    return f"{LINK_PATH}/{token}"


def open_request(
    owner: Employee, resets: Resets, *, by: UUID | None, contact_lost: bool = False
) -> tuple[AccountRecovery, bool]:
    """Return the request that is open for an owner, or a new one, and whether it is new.

    `by` None is the owner. Raises `NotFound`, `NeverSignedIn` or `NoSecondFactor`.
    """
    _check_recoverable(owner, resets)
    present = open_of(owner.id, resets)
    if present is not None and request_of(present).is_open(now()):
        return present, False
    if present is not None:
        present.change(state=str(State.STOPPED), ended_at=now())
    return _asked(owner, resets, by=by, contact_lost=contact_lost), True


def confirm(recovery_id: UUID, *, by: UUID) -> AccountRecovery:
    """Say as an officer that it is the owner who asks.

    Raises `NotFound`, `Stale` and what the rules of `domain.recovering` raise.
    """
    with db.transaction():
        row = seen_from_a_desk(recovery_id, by)
        owner = queries.employee(row.employee_id)
        if _confirm(row, owner, hand_of(by, owner, Resets(row.resets))):
            tell(row)
    return row


def tell(row: AccountRecovery) -> None:
    """Tell the owner on every channel, and the system administrators, how a recovery stands."""
    told = {grant.employee_id for grant in queries.grants_of_post("sysadmin", None)}
    if row.state == State.STOPPED:
        told |= request_of(row).hands - {row.ended_by}
    outbox.record(events.recovery_changed(row, sorted(told), at=now(), is_open=is_open(row)))
    _note(row, f"{row.resets}_{row.state}")
    if row.state == State.RELEASED and is_above(row.employee_id):
        _note(row, HIGH_OFFICE)


def _note(row: AccountRecovery, why: str) -> None:
    note(Kind.RECOVERY, why, person=row.employee_id, thing=f"account_recovery/{row.id}")


def _check_recoverable(owner: Employee, resets: Resets) -> None:
    account = queries.account(owner.id)
    if not owner.active:
        raise NotFound
    if account is None or account.password_hash is None:
        raise NeverSignedIn
    if resets is Resets.SECOND_FACTOR and account.totp_confirmed_at is None:
        raise NoSecondFactor


def _asked(
    owner: Employee, resets: Resets, *, by: UUID | None, contact_lost: bool
) -> AccountRecovery:
    instant, token = now(), new_token()
    reached = not contact_lost and bool(verified_contact(owner.id, before=instant))
    row = AccountRecovery(
        id=uuid7(),
        employee_id=owner.id,
        opd_id=owner.opd_id,
        resets=str(resets),
        way=str(way_of(owner.id, has_contact=reached)),
        state=str(State.ASKED),
        asked_by=by,
        asked_as=_asked_as(owner, by),
        asked_at=instant,
        expires_at=instant + recovering.REQUEST_LIFE,
        by_letter=not reached,
        stop_fingerprint=fingerprint(token),
    )
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else asks at the same moment
        raise AccountRecovery.overtaken from error
    url = f"{here().settings.public_url}{STOP_PATH}/{token}"
    seal(row.id, owner.id, url, until=instant + _STOPPABLE)
    return row


def _asked_as(owner: Employee, by: UUID | None) -> str:
    """Name the role in which somebody asks, for the owner to be told."""
    if by is None:
        return "employee"
    grants = queries.grants_today(by)
    here_held = {grant.role for grant in grants if grant.unit_id == owner.opd_id}
    at_the_opd = (role for role in recovering.OPD_ROLES if role in here_held)
    held = {grant.role for grant in grants}
    return next(chain(at_the_opd, (role for role in recovering.BKPSDM_ROLES if role in held)))


def _confirm(row: AccountRecovery, owner: Employee, hand: Hand) -> bool:
    """Add a hand; say whether it was the last."""
    before = request_of(row)
    hours: int = here().settings["RECOVERY_WAIT_HOURS"]
    after = recovering.confirm(
        before, hand, other=other_hand(row, owner), now=now(), wait=timedelta(hours=hours)
    )
    _note(row, f"{row.resets}_confirmed")
    row.change(
        way=str(after.way),
        state=str(after.state),
        expires_at=after.expires_at,
        opd_hand=after.opd_hand,
        bkpsdm_hand=after.bkpsdm_hand,
        ready_at=after.ready_at,
    )
    if after.state is not State.RELEASED:
        return False
    if row.way == Way.TWO_HANDS:
        bar(owner, row.ready_at)
    if not row.by_letter:
        _send_link(row)
    return True


def _send_link(row: AccountRecovery) -> None:
    """Send a link to the addresses that were the owner's before anybody asked."""
    token, until = new_token(), now() + recovering.LINK_LIFE
    row.change(link_fingerprint=fingerprint(token), link_expires_at=until)
    url = f"{here().settings.public_url}{LINK_PATH}/{token}"
    for channel, address in verified_contact(row.employee_id, before=row.asked_at).items():
        letter_id = uuid7()
        seal(letter_id, row.employee_id, url, until=until, channel=channel, address=address)
        outbox.record(events.recovery_link_sent(row, letter_id, channel))

"""How recoveries stand: which there are, who sees and confirms which, which way each goes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from chassis.kernel.errors import Forbidden, NotFound, Refused
from chassis.process.clock import now
from chassis.process.regions import all_regions
from services.identity import queries
from services.identity.adapters.sealing import fingerprint
from services.identity.domain import recovering
from services.identity.domain.recovering import Hand, Request, Resets, State, Way
from services.identity.models import AccountRecovery, Contact, Employee, db
from services.identity.usecases.hands import hand_of, is_of_bkpsdm, opds_of

_AT_ONCE = 100


def recovery(recovery_id: UUID) -> AccountRecovery:
    """Return a request of the bound region. Raises `NotFound`."""
    return db.one(select(AccountRecovery).where(AccountRecovery.id == recovery_id))


def find_to_stop(token: str) -> AccountRecovery:
    """Return the open request of any region that a link in a message stops. Raises `NotFound`."""
    with all_regions():
        row = db.one(
            select(AccountRecovery).where(AccountRecovery.stop_fingerprint == fingerprint(token))
        )
    if not is_open(row):
        raise NotFound
    return row


def open_for(person_id: UUID) -> list[AccountRecovery]:
    """List the open requests that a person may see from a desk, the oldest first."""
    statement = select(AccountRecovery).where(
        AccountRecovery.state.in_((State.ASKED, State.RELEASED)),
        AccountRecovery.expires_at > now(),
        AccountRecovery.employee_id != person_id,
    )
    if not is_of_bkpsdm(person_id):
        opds = opds_of(person_id)
        if not opds:
            raise Forbidden
        statement = statement.where(AccountRecovery.opd_id.in_(opds))
    ordered = statement.order_by(AccountRecovery.asked_at, AccountRecovery.id)
    return list(db.session.scalars(ordered.limit(_AT_ONCE)))


def own(person_id: UUID) -> list[AccountRecovery]:
    """List the open requests for one's own account."""
    statement = select(AccountRecovery).where(
        AccountRecovery.employee_id == person_id,
        AccountRecovery.state.in_((State.ASKED, State.RELEASED)),
        AccountRecovery.expires_at > now(),
    )
    return list(db.session.scalars(statement.order_by(AccountRecovery.asked_at)))


def lacks(row: AccountRecovery) -> list[str]:
    """Name the desks whose confirmation is missing."""
    return [str(desk) for desk in request_of(row).lacks]


def may_confirm(row: AccountRecovery, person_id: UUID) -> bool:
    """Say whether a person's confirmation would be taken now."""
    owner = queries.employee(row.employee_id)
    hand = hand_of(person_id, owner, Resets(row.resets))
    try:
        recovering.confirm(
            request_of(row), hand, other=other_hand(row, owner), now=now(), wait=timedelta()
        )
    except Refused:
        return False
    return True


def may_hand_over(row: AccountRecovery, person_id: UUID) -> bool:
    """Say whether a person gets a part of the letter now."""
    try:
        recovering.check_letter(request_of(row), person_id, now())
    except Refused:
        return False
    return True


def verified_contact(employee_id: UUID, *, before: datetime) -> dict[str, str]:
    """Return the addresses, by channel, that were their owner's before an instant."""
    contact = db.session.scalar(select(Contact).where(Contact.employee_id == employee_id))
    if contact is None:
        return {}
    verified = {
        "email": (contact.email, contact.email_verified_at),
        "whatsapp": (contact.phone, contact.phone_verified_at),
    }
    return {
        channel: address
        for channel, (address, at) in verified.items()
        if address and at is not None and at <= before
    }


def is_open(row: AccountRecovery) -> bool:
    return row.state in (State.ASKED, State.RELEASED) and now() < row.expires_at


def open_of(employee_id: UUID, resets: Resets) -> AccountRecovery | None:
    return db.session.scalar(
        select(AccountRecovery).where(
            AccountRecovery.employee_id == employee_id,
            AccountRecovery.resets == resets,
            AccountRecovery.ended_at.is_(None),
        )
    )


def way_of(owner_id: UUID, *, has_contact: bool) -> Way:
    return recovering.way_for(roles=queries.roles_today(owner_id), has_contact=has_contact)


def other_hand(row: AccountRecovery, owner: Employee) -> Hand | None:
    present = row.opd_hand or row.bkpsdm_hand
    return hand_of(present, owner, Resets(row.resets)) if present else None


def seen_from_a_desk(recovery_id: UUID, person_id: UUID) -> AccountRecovery:
    """Return a request for its owner, or whoever sits at one of its desks. Raises `NotFound`."""
    row = recovery(recovery_id)
    concerned = person_id == row.employee_id or is_of_bkpsdm(person_id)
    if not concerned and row.opd_id not in opds_of(person_id):
        raise NotFound
    return row


def request_of(row: AccountRecovery) -> Request:
    """Return what the rules need; the way is never milder than today's roles ask for."""
    if row.way == Way.OWN:
        return _plain_request(row, Way.OWN)
    reached = row.way == Way.WITNESS and verified_contact(row.employee_id, before=row.asked_at)
    today = way_of(row.employee_id, has_contact=bool(reached))
    return _plain_request(row, Way.TWO_HANDS if Way.TWO_HANDS in (row.way, today) else Way.WITNESS)


def _plain_request(row: AccountRecovery, way: Way) -> Request:
    return Request(
        owner_id=row.employee_id,
        way=way,
        state=State(row.state),
        expires_at=row.expires_at,
        opd_hand=row.opd_hand,
        bkpsdm_hand=row.bkpsdm_hand,
        ready_at=row.ready_at,
        of_sysadmin="sysadmin" in queries.roles_today(row.employee_id),
    )

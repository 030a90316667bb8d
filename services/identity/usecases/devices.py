"""The browsers people sign in with: one that is a person's own is not held up by strangers.

A browser has a random secret in a cookie of its own; it is known to a person who has signed in
with it to the end, as long as nobody else has. Ending a person's sessions forgets them.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.process.clock import now
from chassis.process.regions import all_regions
from services.identity import events
from services.identity.adapters.sealing import fingerprint, new_token
from services.identity.models import KnownDevice, SignInSession, db
from services.identity.usecases import attempts

DEVICE_LIFE = timedelta(days=180)


def known(token: str | None, people: Collection[UUID]) -> dict[UUID, UUID]:
    """Return, for each of these people who is known by it, the device whose secret this is."""
    if not token:
        return {}
    own = select(KnownDevice.employee_id, KnownDevice.id).where(
        KnownDevice.fingerprint == fingerprint(token),
        KnownDevice.shared.is_(False),
        KnownDevice.used_at > now() - DEVICE_LIFE,
        KnownDevice.employee_id.in_(people),
    )
    with all_regions():
        rows = db.session.execute(own).all()
    return {row.employee_id: row.id for row in rows}


def arrive(session_id: UUID, token: str | None) -> str | None:
    """Remember the browser of a finished session; return the secret it is to keep, if any.

    A secret that is in no row was not given here: whoever put it into the browser knows it, and
    would be counted as its owner. A second person makes it nobody's own. Of a shared computer
    nothing is remembered.
    """
    with all_regions(), db.transaction() as session:
        row = session.get_one(SignInSession, session_id)
        if row.shared_computer:
            _tell(row, "shared_computer")
            return None
        secret, users = token, _users_of(token)
        if secret is None or not users:
            secret = new_token()
        mark = fingerprint(secret)
        device = users.get(row.employee_id) or KnownDevice(
            region=row.region, employee_id=row.employee_id, fingerprint=mark
        )
        device.used_at = now()
        session.add(device)
        session.flush()
        if row.employee_id not in users:
            _tell(row, "first_seen")
        row.device_id = device.id
        if len(users.keys() | {row.employee_id}) > 1:
            _share(mark)
        return secret


def _users_of(token: str | None) -> dict[UUID, KnownDevice]:
    """Return who has signed in with a secret, and the row of each."""
    if not token:
        return {}
    same = select(KnownDevice).where(KnownDevice.fingerprint == fingerprint(token))
    return {device.employee_id: device for device in db.session.scalars(same)}


def forget(employee_id: UUID, *, keep: UUID | None) -> None:
    """Forget a person's devices, but the one of the session to keep."""
    kept = db.session.scalar(select(SignInSession.device_id).where(SignInSession.id == keep))
    db.session.execute(
        delete(KnownDevice).where(KnownDevice.employee_id == employee_id, KnownDevice.id != kept)
        if kept
        else delete(KnownDevice).where(KnownDevice.employee_id == employee_id)
    )


def _tell(row: SignInSession, why: str) -> None:
    """Note a browser that is new to a person; tell them if it came from a new place as well."""
    person = row.employee_id
    note(Kind.NEW_DEVICE, why, person=person, actor=person, region=row.region)
    if attempts.is_from_elsewhere(row.attempt_id):
        outbox.record(events.device_added(row))


def _share(mark: str) -> None:
    db.session.execute(
        update(KnownDevice).where(KnownDevice.fingerprint == mark).values(shared=True)
    )

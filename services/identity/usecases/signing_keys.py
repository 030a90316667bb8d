"""The keys that sign tokens: making, rotating and publishing them."""

from typing import Any

from sqlalchemy import delete, select, update

from chassis.events.security import Kind, note
from chassis.process import regions
from chassis.process.clock import now
from services.identity.adapters.machinery import machinery
from services.identity.adapters.signing import new_key_pair
from services.identity.domain.signing_keys import (
    CACHE_LIFE,
    TOKENS_OUTLIVE,
    KeyTimes,
    next_start,
    times_from,
)
from services.identity.models import SigningKey, db

_PURPOSE = "signing keys"


class NoSigningKey(Exception):
    """The installation was never seeded, or its keys stopped being rotated."""


def keep_keys() -> bool:
    """Make the next key when one is due and forget keys nobody needs."""
    instant = now()
    with db.transaction() as session:
        session.execute(delete(SigningKey).where(SigningKey.published_until < instant))
        ends = session.scalars(select(SigningKey.signs_until)).all()
        start = next_start(ends, now=instant)
        if start is None:
            return False
        _add(times_from(start))
    return True


def rotate() -> SigningKey:
    """Replace the signing key as soon as everybody knows the next one; return the next one.

    The former one may be known to others: it is published until its last token has expired. Where
    the next one begins by then anyhow, nothing changes: who asks twice must not push it further
    and further away. It signs for every region, so every region's auditor is told.
    """
    start = now() + CACHE_LIFE
    with db.transaction() as session:
        note(Kind.CLIENT, "signing_key_rotated", region=regions.ALL)
        coming = select(SigningKey).where(SigningKey.signs_from > now())
        if following := session.scalar(coming.where(SigningKey.signs_from <= start)):
            return following
        session.execute(delete(SigningKey).where(SigningKey.signs_from > now()))
        session.execute(
            update(SigningKey)
            .where(SigningKey.signs_until > start)
            .values(signs_until=start, published_until=start + TOKENS_OUTLIVE)
        )
        return _add(times_from(start))


def signing_key() -> str:
    """Return the private key that signs now. Raises `NoSigningKey`."""
    instant = now()
    row = db.session.scalar(
        select(SigningKey)
        .where(SigningKey.signs_from <= instant, SigningKey.signs_until > instant)
        .order_by(SigningKey.signs_from.desc())
        .limit(1)
    )
    if row is None:
        raise NoSigningKey
    return machinery().sealer.open(_PURPOSE, row.private_sealed)


def published() -> list[dict[str, Any]]:
    """Return the public keys that may have signed, or will soon."""
    return list(
        db.session.scalars(
            select(SigningKey.public_jwk)
            .where(SigningKey.published_until > now())
            .order_by(SigningKey.signs_from)
        )
    )


def _add(times: KeyTimes) -> SigningKey:
    kid, public, private = new_key_pair()
    row = SigningKey(
        kid=kid,
        public_jwk=public,
        private_sealed=machinery().sealer.seal(_PURPOSE, private),
        signs_from=times.signs_from,
        signs_until=times.signs_until,
        published_until=times.published_until,
    )
    db.session.add(row)
    db.session.flush()
    return row

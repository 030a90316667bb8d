"""Leave to upload: a person who is signed in takes it, and a page or script sends by it."""

from datetime import datetime

from chassis.http.auth import Actor
from chassis.process.clock import now
from services.documents.adapters.machinery import machinery
from services.documents.domain.permits import LIFE, Permit


def permit(who: Actor, *, slot: str, max_bytes: int, back: str | None) -> tuple[str, datetime]:
    """Sign a permit for the person who asks; return it and its end. Nothing is kept of it."""
    signed = machinery().permits.sign(Permit(slot, max_bytes, back), who)
    return signed, (now() + LIFE).replace(microsecond=0)

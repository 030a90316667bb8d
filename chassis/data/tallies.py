"""Tries are counted by one transaction at a time, so that many at once are no more than allowed.

Whoever counts reads a tally, decides, and adds to it. PostgreSQL shows each of thirty requests in
flight the same tally; with this lock each sees what the one before has added.
"""

import hashlib

from sqlalchemy import BigInteger, bindparam, func, select

from chassis.data import postgres
from chassis.process.parts import Database

_HOLD = select(func.pg_advisory_xact_lock(bindparam("tally", type_=BigInteger)))


class NotCounting(Exception):
    """A lock on a tally lasts as long as a transaction, and none is open."""


def hold(db: Database, *tallies: str) -> None:
    """Keep other transactions off these tallies until the open one ends.

    Everybody names them in the same order: what is narrow, as an account, before what is wide, as
    an address. On SQLite a transaction is alone anyway. Raises `NotCounting`.
    """
    if not db.in_transaction:
        raise NotCounting
    if not postgres.is_postgres(db.engine):
        return
    for tally in tallies:
        digest = hashlib.sha256(tally.encode("utf-8", "backslashreplace")).digest()
        number = int.from_bytes(digest[:8], signed=True)
        db.session.connection().execute(_HOLD, {"tally": number})

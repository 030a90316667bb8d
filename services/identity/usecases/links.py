"""One-time links that nobody was ever given: somebody tries addresses."""

from sqlalchemy import exists, or_, select

from chassis.data.wrong_tries import count_wrong
from chassis.events.security import Kind, note
from chassis.process.regions import ALL, all_regions
from services.identity.adapters.sealing import fingerprint
from services.identity.models import AccountRecovery, PasswordLink, WrongSecret, db
from services.identity.usecases import noting


def count_unknown(token: str, address: str) -> None:
    """Count a link that never was; whoever opens one that is used or old has done nothing wrong.

    Raises `TooManyWrong`.
    """
    mark = fingerprint(token)

    def reached(tries: int) -> None:
        origin = noting.origin_of(address)
        note(Kind.RECOVERY, "link_guessed", origin=origin, amount=tries, region=ALL)

    if not _was_given(mark):
        count_wrong(db, WrongSecret, f"link/{mark}", address=address, note=reached)


def _was_given(mark: str) -> bool:
    of_recovery = or_(
        AccountRecovery.link_fingerprint == mark, AccountRecovery.stop_fingerprint == mark
    )
    with all_regions():
        return any(
            db.session.scalar(select(exists().where(condition)))
            for condition in (PasswordLink.fingerprint == mark, of_recovery)
        )

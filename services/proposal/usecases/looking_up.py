"""Looking up where a proposal is, without signing in (R20)."""

from chassis.data.wrong_tries import count_wrong
from chassis.events.security import Kind, note
from chassis.kernel.errors import NotFound
from chassis.process import regions
from services.proposal.domain.numbering import counted_number
from services.proposal.models import Proposal, WrongCode, db
from services.proposal.queries.proposals import status_of


def look_up(number: str, lookup_code: str, *, address: str) -> Proposal:
    """Find a proposal by its number and code, in any region.

    Raises `NotFound` alike for a wrong number and a wrong code, and `TooManyWrong` where it is
    tried too often.
    """
    with regions.all_regions():
        try:
            return status_of(number, lookup_code)
        except NotFound:
            thing = counted_number(number)
            count_wrong(db, WrongCode, thing, address=address, note=_reached)
            raise


def _reached(tries: int) -> None:
    note(Kind.ACCESS_REFUSED, "lookup_code_guessed", amount=tries, region=regions.ALL)

"""What is asked of a proposal service all day, each as one call; `grown.fill` made what is there."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from chassis.data.listing import Wanted
from chassis.kernel.errors import NotFound
from chassis.process.regions import all_regions
from services.proposal.domain.stages import Stage
from services.proposal.models import Proposal, ProposalDocument, db
from services.proposal.queries.dossier import Dossier
from services.proposal.queries.filed import filed_as_sent
from services.proposal.queries.inbox import counts, decided, inbox
from services.proposal.queries.listing import DECIDED, INBOX, MINE
from services.proposal.queries.open_work import open_work
from services.proposal.queries.proposals import mine, numbered, see, status_of, unattended
from services.proposal.queries.readiness import standing_of
from services.proposal.queries.same_files import same_files
from services.proposal.usecases import refusing, rerouting
from services.proposal.workers import vacancies
from tests.builders.organisation import an_id
from tests.proposal.grown import ELSEWHERE, FREQUENT, LOOKUP_CODE, RARE_LAYANAN, START, USUAL

Question = Callable[[], Any]
UMPEG, ADMIN, OWNER = (an_id(who) for who in ("umpeg", "bkpsdm_admin", "applicant"))
SOMEBODY = "person 3"
WORDS = {
    "a frequent name": FREQUENT,
    "a frequent name and a rare one": f"{FREQUENT} 000010",
    "a rare word": "000010",
    "two frequent words": f"{FREQUENT} contoh00",
    "a word of nobody": "zzz",
    "words of others": "nama03 teladan",
}


def _narrowings() -> dict[str, dict[str, Any]]:
    later = START + timedelta(minutes=5_000)
    return {
        "a rare layanan": {"filters": {"layanan": RARE_LAYANAN}},
        "a usual layanan": {"filters": {"layanan": USUAL}},
        "no layanan": {"filters": {"layanan": "nothing"}},
        **{what: {"q": q} for what, q in WORDS.items()},
        "a word and a layanan": {"q": FREQUENT, "filters": {"layanan": USUAL}},
        "later": {
            "filters": {"stage_since_from": later, "at_from": later, "created_at_from": later}
        },
    }


_LISTS: dict[str, tuple[Any, Callable[[Wanted], Any]]] = {
    "inbox of an OPD": (INBOX, partial(inbox, UMPEG)),
    "inbox of the region": (INBOX, partial(inbox, ADMIN)),
    "decided by an OPD": (DECIDED, partial(decided, UMPEG)),
    "decided by the region": (DECIDED, partial(decided, ADMIN)),
    "own": (MINE, partial(mine, OWNER)),
}
_FURTHER: dict[str, list[dict[str, Any]]] = {
    "inbox": [{"withdrawal": "asked"}, {"stage": "bkpsdm_validation"}, {"withdrawal": "none"}],
    "decided": [{"action": "revise"}, {"action": "reject"}],
    "own": [{"state": "open"}, {"state": "final"}, {"stage": str(Stage.WITHDRAWN)}],
}


def _asked() -> dict[str, Question]:
    found: dict[str, Question] = {}
    for name, (listing, read) in _LISTS.items():
        for sort in listing.orders:
            found[f"{name}, by {sort}"] = partial(read, Wanted(sort=sort, count=0))
        for what, how in _narrowings().items():
            known = {
                key: value
                for key, value in how.get("filters", {}).items()
                if key in listing.filters
            }
            found[f"{name}, {what}"] = partial(read, Wanted(filters=known, q=how.get("q"), count=0))
        for filters in _FURTHER[name.split()[0]]:
            found[f"{name}, {filters}"] = partial(read, Wanted(filters=filters, count=0))
        found[f"{name}, counted"] = partial(read, Wanted())
        found[f"{name}, a second page"] = lambda read=read: read(
            Wanted(cursor=read(Wanted(count=0)).next_cursor, count=0)
        )
    return found


def _one() -> Proposal:
    """Some proposal that is completed, of a person with others."""
    person = an_id(SOMEBODY)
    found = db.session.scalars(
        select(Proposal).where(Proposal.applicant_id == person, Proposal.stage == Stage.COMPLETED)
    )
    return found.first() or db.one(select(Proposal))


def _public(number: str) -> None:
    with all_regions(), suppress(NotFound):
        status_of(number, LOOKUP_CODE)


def _same_files() -> Any:
    viewed = see(_one().id, _one().applicant_id)
    return same_files(viewed, filed_as_sent(viewed.dossier))


def _refused() -> Any:
    document = db.session.scalar(
        select(ProposalDocument.document_id).where(ProposalDocument.proposal_id == _one().id)
    )
    return db.session.execute(refusing._holding(document)).all()


QUESTIONS: dict[str, Question] = {
    **_asked(),
    "counters of an OPD": lambda: counts(UMPEG),
    "counters of the region": lambda: counts(ADMIN),
    "counters of who has no office": lambda: counts(an_id(SOMEBODY)),
    "public status": lambda: _public("DEMO/X/2026/000003"),
    "public status, elsewhere": lambda: _public(f"{ELSEWHERE}/X/2026/000008"),
    "public status, nobody's number": lambda: _public("DEMO/X/2026/999999"),
    "a number": lambda: numbered("DEMO/X/2026/000003"),
    "one proposal": lambda: see(_one().id, _one().applicant_id),
    "one proposal, by an officer": lambda: see(_one().id, ADMIN),
    "its history": lambda: Dossier(_one()).history,
    "its papers": lambda: filed_as_sent(Dossier(_one())),
    "files that are the same": _same_files,
    "alarms": lambda: unattended(limit=20, cursor=None),
    "what hangs on an officer": lambda: open_work(an_id("umpeg_second")),
    "what somebody has filed": lambda: standing_of(an_id(SOMEBODY)),
    "somebody moves": lambda: rerouting.left_behind(db.session(), [an_id(SOMEBODY)]),
    "a document is refused": _refused,
    "vacancies": vacancies.look_round,
}

"""A region with its offices, told to the proposal service as identity would tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.http import receipts
from chassis.http.keys import KeySet
from chassis.http.receipts import Receipt
from chassis.process.ids import uuid7
from chassis.process.manifest import Manifest
from chassis.process.regions import in_region
from services.proposal.domain.stages import Action
from services.proposal.models import HistoryEntry, Proposal, db
from services.proposal.usecases import applying, attaching, reviewing
from services.proposal.usecases.catalogue import install
from tests.builders.organisation import an_id
from tests.builders.people import (
    PEOPLE,
    REGION,
    ROLES,
    UNITS,
    employee_event,
    role_event,
    unit_event,
)
from tests.builders.service import Service

API = "/api/proposal/v1"
BEBAS_HUKDIS = "bebas_hukdis"
PAPERS = ("skp_1_tahun", "skp_2_tahun", "pernyataan_tidak_hukdis")
DESKS = (
    ("umpeg", "umpeg_verification"),
    ("opd_head", "opd_head_approval"),
    ("bkpsdm_admin", "bkpsdm_validation"),
    ("bkpsdm_secretary", "secretary_verification"),
    ("bkpsdm_head", "bkpsdm_head_approval"),
)


# In the place of If-Match where a test is not about it.
EVERY_VERSION = range(1, 10_000)


def a_receipt(owner: str, *, size: int = 20_000, **changes: Any) -> Receipt:
    values: dict[str, Any] = {
        "document_id": uuid7(),
        "owner_id": an_id(owner),
        "region": REGION,
        "sha256": "ab" * 32,
        "size": size,
        "content_type": "application/pdf",
        "name": "berkas.pdf",
        "pages": 2,
    }
    return Receipt(**(values | changes))


@dataclass
class Office:
    """The proposal service with the demo region's offices."""

    service: Service
    _tokens: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        """Tell the service everything, as identity's events would."""
        self.service.hear(
            *(unit_event(*row) for row in UNITS),
            *(employee_event(*row) for row in PEOPLE),
            *(role_event(*row) for row in ROLES),
        )

    def accept_receipts(self) -> None:
        """Let the test's own signer stand in for documents."""
        self.service.runtime.receipt_keys = KeySet(
            "receipts", lambda: self.service.signer.jwks, self.service.runtime.db
        )

    def call(self, method: str, path: str, who: str, **kwargs: Any) -> Any:
        """Call the API as somebody."""
        return self.service.call(method, API + path, token=self.token(who), **kwargs)

    def token(self, who: str, **claims: Any) -> str:
        if claims:
            return self.service.person(an_id(who), "proposal", **claims)
        if who not in self._tokens:
            self._tokens[who] = self.service.person(an_id(who), "proposal")
        return self._tokens[who]

    def receipt(self, uploader: str, **claims: Any) -> str:
        """A receipt as documents would sign it."""
        one = a_receipt(uploader)
        values = {
            "id": str(one.document_id),
            "owner": str(one.owner_id),
            "region": one.region,
            "sha256": one.sha256,
            "size": one.size,
            "content_type": one.content_type,
            "pages": one.pages,
            "name": one.name,
            "iat": int(datetime.now(UTC).timestamp()),
        }
        return self.service.signer.sign(values | claims, typ=receipts.TYPE)

    def installs_service(self, name: str) -> None:
        """Have a deciding service be there, as its manifest would say."""
        runtime = self.service.runtime
        runtime.manifests = {**runtime.manifests, name: Manifest(name=name, title={"id": name})}

    def removes_service(self, name: str) -> None:
        runtime = self.service.runtime
        runtime.manifests = {
            code: manifest for code, manifest in runtime.manifests.items() if code != name
        }

    def install(self, *definitions: Mapping[str, Any]) -> None:
        with self.service.app.app_context(), in_region(REGION):
            install(definitions)

    def draft(self, who: str = "applicant", layanan: str = BEBAS_HUKDIS, **fields: Any) -> UUID:
        """A draft; complete for the letter of no disciplinary punishment."""
        with self.inside():
            if layanan == BEBAS_HUKDIS:
                fields = {"keperluan": "Syarat mengikuti seleksi", **fields}
            case = applying.create_draft(person_id=an_id(who), layanan=layanan, fields=fields)
            for paper in PAPERS if layanan == BEBAS_HUKDIS else ():
                attaching.attach(
                    case.proposal.id,
                    person_id=an_id(who),
                    requirement=paper,
                    receipt=a_receipt(who),
                    seen=EVERY_VERSION,
                )
            return case.proposal.id

    def submitted(self, who: str = "applicant", layanan: str = BEBAS_HUKDIS) -> UUID:
        proposal_id = self.draft(who, layanan)
        with self.inside():
            applying.submit(proposal_id, person_id=an_id(who), seen=EVERY_VERSION)
        return proposal_id

    def at(self, stage: str, who: str = "applicant") -> UUID:
        """A proposal that has come as far as a stage."""
        proposal_id = self.submitted(who)
        for desk, present in DESKS:
            if present == stage:
                break
            self.decide(proposal_id, desk)
        return proposal_id

    def decide(self, proposal_id: UUID, who: str, decision: str = "approve", **more: Any) -> None:
        verdict = reviewing.Verdict(Action(decision), **more)
        with self.inside():
            reviewing.decide(proposal_id, person_id=an_id(who), verdict=verdict, seen=EVERY_VERSION)

    def resubmit(self, proposal_id: UUID, who: str = "applicant") -> None:
        with self.inside():
            applying.resubmit(proposal_id, person_id=an_id(who), seen=EVERY_VERSION)

    def history(self, proposal_id: UUID) -> list[HistoryEntry]:
        with self.inside():
            statement = select(HistoryEntry).where(HistoryEntry.proposal_id == proposal_id)
            return list(db.session.scalars(statement.order_by(HistoryEntry.sequence)))

    def read(self, proposal_id: UUID) -> Proposal:
        with self.inside():
            found = db.session.get(Proposal, proposal_id)
            assert found is not None
            return found

    def inside(self) -> "_Inside":
        return _Inside(self)

    @property
    def today(self) -> date:
        return datetime.now(UTC).date()


class _Inside:
    """The app's context with the demo region bound."""

    def __init__(self, office: Office) -> None:
        self._app = office.service.app.app_context()
        self._region = in_region(REGION)

    def __enter__(self) -> None:
        self._app.__enter__()
        self._region.__enter__()

    def __exit__(self, *error: object) -> None:
        self._region.__exit__(*error)  # type: ignore[arg-type]
        self._app.__exit__(*error)  # type: ignore[arg-type]

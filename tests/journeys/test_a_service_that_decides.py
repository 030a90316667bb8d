"""A stage and a result can be decided by a service, under the rules people have (R1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete

from chassis.process import runtime as runtimes
from chassis.process.regions import in_region
from services.proposal.usecases.applying import create_draft, submit
from services.proposal.usecases.catalogue import install
from tests.builders.chooser.app import MANIFEST, choose, create_app
from tests.builders.definitions import WORKFLOW, definition_data
from tests.builders.service import let_go
from tests.journeys.journey import PROPOSAL, Filed, Journey
from tests.journeys.journey import code as code_of

CHOSEN_BY_SERVICE = definition_data(
    code="penghargaan_contoh",
    stages=[
        {"stage": stage, **({"decider": "service:chooser"} if at in (1, 5) else {})}
        for at, stage in enumerate(WORKFLOW)
    ],
    result={"document": "optional"},
    max_open={"count": 99},
)


@dataclass
class Chooser:
    """The dummy service, in this process in both forms: a guest on the running system's bus."""

    journey: Journey
    app: Flask

    def file(self) -> Filed:
        """File where the service is installed: proposal in this process knows of it."""
        applicant = UUID(self.journey.me("applicant")["id"])
        proposal = self.journey.system.apps["proposal"]
        with proposal.app_context(), in_region("demo"):
            case = create_draft(person_id=applicant, layanan="penghargaan_contoh", fields={})
            submit(case.proposal.id, person_id=applicant, seen=range(1, 100))
            filed = Filed(self.journey, "applicant", str(case.proposal.id))
        filed.decide("approve", by="umpeg")
        return filed

    def says(self, filed: Filed, **decision: Any) -> None:
        choose(self.app, "demo", filed.id, **decision)
        self.journey.system.settle(self.app)


@pytest.fixture(scope="module")
def chooser(journey: Journey) -> Iterator[Chooser]:
    settings = journey.system.settings_for_guest("chooser")
    app = create_app(settings | {"CLIENT_SECRET_CHOOSER": "a-test-secret"})
    with app.app_context():
        runtime = runtimes.of(app)
        runtime.db.metadata.create_all(runtime.db.engine)
    proposal = runtimes.of(journey.system.apps["proposal"])
    with journey.system.apps["proposal"].app_context(), in_region("demo"):
        install([CHOSEN_BY_SERVICE])
    before = proposal.manifests
    proposal.manifests = {**before, "chooser": MANIFEST}
    yield Chooser(journey, app)
    proposal.manifests = before
    let_go(app)
    take_off_the_dead_list(journey.system.apps["proposal"])


def take_off_the_dead_list(proposal: Flask) -> None:
    """What this service had no right to decide was given up on, and is nobody's to look at."""
    inbox = runtimes.of(proposal).db.plumbing.inbox
    ours = delete(inbox).where(inbox.c.status == "parked", inbox.c.source == "chooser")
    with proposal.app_context(), runtimes.of(proposal).db.transaction() as session:
        session.execute(ours)


def test_its_approval_moves_the_proposal_and_people_are_told(chooser: Chooser) -> None:
    filed = chooser.file()
    assert filed.stage == "opd_head_approval"

    chooser.says(filed, stage="opd_head_approval", decision="approve")

    assert filed.stage == "bkpsdm_validation"
    assert [entry["role"] for entry in filed.history()][-1] == "service:chooser"
    assert filed.id in chooser.journey.inbox("bkpsdm_admin")
    told = chooser.journey.notices("applicant", filed.id)
    assert told[-1]["event_type"] == "proposal.advanced.v1"


def test_awards_are_not_offered_before_their_service_is_installed(chooser: Chooser) -> None:
    person = chooser.journey.person("applicant")

    offered = {row["code"] for row in person.get(f"{PROPOSAL}/layanan")["data"]}
    refused = person.send(
        "POST", f"{PROPOSAL}/proposals", {"layanan": "asn_berprestasi", "fields": {}}, status=404
    )

    assert "bebas_hukdis" in offered
    assert not {code for code in offered if code.startswith("asn_")}
    assert code_of(refused) == "layanan_unknown"


def test_the_head_it_replaces_does_not_see_it_as_work(chooser: Chooser) -> None:
    filed = chooser.file()

    assert filed.id not in chooser.journey.inbox("opd_head")
    filed.decide("approve", by="opd_head", status=403)


def test_its_choice_can_leave_somebody_unselected_which_is_no_rejection(
    chooser: Chooser,
) -> None:
    filed = chooser.file()

    chooser.says(filed, stage="opd_head_approval", decision="not_selected")

    assert filed.stage == "not_selected"


def test_it_gives_the_result_too(chooser: Chooser) -> None:
    filed = chooser.file()
    chooser.says(filed, stage="opd_head_approval", decision="approve")
    filed.approve_up_to("processing")

    chooser.says(filed, stage="processing", result="ms")

    assert (filed.stage, filed.seen_by()["result"]) == ("completed", "ms")


@pytest.mark.parametrize(
    "decision",
    [
        {"stage": "umpeg_verification", "decision": "approve"},
        {"stage": "opd_head_approval", "decision": "reject"},
        {"stage": "opd_head_approval", "decision": "revise", "note": "Perbaiki"},
    ],
)
def test_what_a_person_could_not_do_it_cannot_do_either(
    chooser: Chooser, decision: dict[str, Any]
) -> None:
    filed = chooser.file()

    chooser.says(filed, **decision)

    assert filed.stage == "opd_head_approval"


def test_a_repeated_decision_changes_nothing(chooser: Chooser) -> None:
    filed = chooser.file()

    chooser.says(filed, stage="opd_head_approval", decision="approve")
    chooser.says(filed, stage="opd_head_approval", decision="approve")

    assert filed.stage == "bkpsdm_validation"
    assert len([e for e in filed.history() if e["from_stage"] == "opd_head_approval"]) == 1


def test_it_decides_nothing_of_a_layanan_that_people_decide(chooser: Chooser) -> None:
    filed = chooser.journey.bebas_hukdis()
    filed.decide("approve", by="umpeg")

    chooser.says(filed, stage="opd_head_approval", decision="approve")

    assert filed.stage == "opd_head_approval"
    filed.decide("reject", by="opd_head", note="Selesai untuk uji")

"""The composition root of the proposal service."""

from collections.abc import Mapping

from flask import Flask

from chassis.run.app import service_app
from chassis.run.asking import Asking
from services.proposal.api import (
    alarms,
    calendar,
    closing,
    decisions,
    documents,
    inbox,
    layanan,
    numbers,
    people,
    proposals,
    stages,
    status,
    withdrawals,
)
from services.proposal.domain.proposal_receipt import MAKE_RECEIPT
from services.proposal.manifest import MANIFEST
from services.proposal.models import PEOPLE, db
from services.proposal.subscriptions import HEARD
from services.proposal.usecases import receipting
from services.proposal.usecases.reminding import REMINDERS
from services.proposal.workers import naming, vacancies
from staff.rights import revoked_at


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    return service_app(
        MANIFEST,
        __name__,
        db=db,
        config=config,
        blueprints=(
            layanan.blp,
            proposals.blp,
            documents.blp,
            decisions.blp,
            closing.blp,
            withdrawals.blp,
            inbox.blp,
            stages.blp,
            status.blp,
            alarms.blp,
            calendar.blp,
            numbers.blp,
            people.blp,
        ),
        heard=HEARD,
        at_times={**REMINDERS, MAKE_RECEIPT: Asking(receipting.make, receipting.file)},
        loops=(vacancies.loop(), naming.loop()),
        revoked_at=revoked_at(PEOPLE),
    )

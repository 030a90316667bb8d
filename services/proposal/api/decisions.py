"""/proposals/{id}/decisions, /result, /sub-status: what officers do."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import g, request

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import person, requires
from chassis.http.etags import require_match
from chassis.http.idempotency import idempotent
from services.proposal.adapters.receipts import read_receipt
from services.proposal.api.proposals import answer
from services.proposal.api.schemas import NewDecision, NewResult, NewSubStatus
from services.proposal.api.shapes import ProposalView
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import Action, Result
from services.proposal.models import db
from services.proposal.usecases import processing, reviewing

blp = Blueprint("decisions", __name__, url_prefix="/api/proposal/v1/proposals")


def receipt_read_first(view: Callable[..., Any]) -> Callable[..., Any]:
    """Verify the body's receipt before the view's transaction begins.

    Verifying may fetch the keys of documents, and no call leaves from inside a transaction.
    """

    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Any:
        body = request.get_json(silent=True)
        compact = body.get("receipt") if isinstance(body, dict) else None
        g.receipt = read_receipt(compact) if isinstance(compact, str) and compact else None
        return view(*args, **kwargs)

    return reading


@blp.route("/<uuid:proposal_id>/decisions", methods=["POST"])
@requires("proposal")
@needs_if_match
@idempotent
@blp.arguments(NewDecision)
@blp.response(200, ProposalView)
def decide(body: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
    verdict = reviewing.Verdict(
        decision=Action(body["decision"]),
        note=body["note"],
        reasons=[Reason(**one) for one in body["reasons"]],
    )
    return answer(
        reviewing.decide(
            proposal_id,
            person_id=person(),
            verdict=verdict,
            match=require_match,
        )
    )


@blp.route("/<uuid:proposal_id>/result", methods=["POST"])
@requires("proposal")
@needs_if_match
@receipt_read_first
@idempotent
@blp.arguments(NewResult)
@blp.response(200, ProposalView)
def enter_result(body: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
    outcome = processing.Outcome(
        result=Result(body["result"]),
        remark=body["remark"],
        receipt=g.receipt,
        fields=body["fields"],
    )
    return answer(
        processing.enter_result(
            proposal_id, person_id=person(), outcome=outcome, match=require_match
        )
    )


@blp.route("/<uuid:proposal_id>/sub-status", methods=["PUT"])
@requires("proposal")
@needs_if_match
@blp.arguments(NewSubStatus)
@blp.response(200, ProposalView)
def set_sub_status(body: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
    sub_status = processing.SubStatus(body["text"], body["number"], body["date"])
    with db.transaction():
        return answer(
            processing.set_sub_status(
                proposal_id, person_id=person(), sub_status=sub_status, match=require_match
            )
        )

"""What clients get of where a proposal is, and with whom."""

from datetime import date
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.texts import acting_label, present_stage, stage_label
from services.proposal.domain.schedule import stage_due
from services.proposal.domain.stages import FINAL_STAGES, Stage
from services.proposal.domain.way import StepState, steps
from services.proposal.domain.workflow import decider_of
from services.proposal.queries.desks import divisions_of
from services.proposal.queries.proposals import Viewed, names_of
from staff.deciders import Deciders
from staff.organisation import Role


class HolderView(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    acting = fields.String(required=True)
    acting_label = fields.String(required=True)


class StepView(Schema):
    """One stage on the way of the proposal."""

    stage = fields.String(required=True)
    label = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": [str(state) for state in StepState]})


class TrackingView(Schema):
    """Where a proposal is, with whom, since when, and when it should be finished."""

    stage = fields.String(required=True)
    stage_label = fields.String(required=True)
    decider = fields.String(required=True, allow_none=True)
    holders = fields.List(fields.Nested(HolderView), required=True)
    applicant_left = fields.Boolean(
        required=True,
        metadata={"description": "A revision waits for somebody who is no longer active (R34)"},
    )
    closable_by = fields.List(
        fields.Nested(HolderView),
        required=True,
        metadata={"description": "Who can close what an applicant who left would have to go on"},
    )
    handled_by = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The divisions of BKPSDM that the stage is with"},
    )
    since = fields.AwareDateTime(required=True)
    due = fields.Date(required=True, allow_none=True)
    expected_end = fields.Date(required=True, allow_none=True)
    steps = fields.List(fields.Nested(StepView), required=True)


def tracking_view(viewed: Viewed) -> dict[str, Any]:
    """Say where a proposal is, with whom, since when, and when it should be finished."""
    proposal = viewed.proposal
    return {
        **present_stage(proposal),
        "decider": decider_of(viewed.layanan, viewed.position.stage),
        "holders": _holders(viewed.deciders),
        "applicant_left": viewed.applicant_left,
        "closable_by": _holders(viewed.enders) if viewed.applicant_left else [],
        "handled_by": _divisions(viewed),
        "since": proposal.stage_since,
        "due": _due(viewed),
        "expected_end": None if proposal.closed_at else proposal.expected_end,
        "steps": _steps(viewed),
    }


def _steps(viewed: Viewed) -> list[dict[str, Any]]:
    way = steps(viewed.layanan, viewed.position, last=_last_stage(viewed))
    return [
        {"stage": str(step.stage), "label": stage_label(step.stage), "state": str(step.state)}
        for step in way
    ]


def _last_stage(viewed: Viewed) -> Stage | None:
    """Where a proposal was before it ended; nobody needs it of one that goes on."""
    if viewed.position.stage not in FINAL_STAGES:
        return None
    return Stage(viewed.dossier.history[-1].from_stage)


def _holders(deciders: Deciders) -> list[dict[str, Any]]:
    holders = deciders.holders
    names = names_of(holders)
    return [
        {
            "id": holder.employee_id,
            "name": names.get(holder.employee_id, ""),
            "role": holder.role,
            "acting": holder.acting,
            "acting_label": acting_label(holder.acting),
        }
        for holder in holders
    ]


def _divisions(viewed: Viewed) -> list[str]:
    if decider_of(viewed.layanan, viewed.position.stage) != Role.BKPSDM_ADMIN:
        return []
    return divisions_of(viewed.layanan, viewed.snapshot)


def _due(viewed: Viewed) -> date | None:
    moment = viewed.moment
    since = viewed.proposal.stage_since.astimezone(moment.zone).date()
    stage = viewed.position.stage
    return stage_due(viewed.layanan, stage=stage, since=since, holidays=moment.holidays)

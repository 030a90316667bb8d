"""Handing the secretary's role to a colleague for some days, and taking it back."""

from datetime import timedelta
from typing import Any

from chassis.process.clock import now
from tests.journeys.journey import Journey

ROLE = "bkpsdm_secretary"
_DELEGATIONS = "/api/identity/v1/delegations"


def delegate(journey: Journey, to: str, **more: Any) -> dict[str, Any]:
    me = journey.me(ROLE)
    held = next(grant for grant in me["roles"] if grant["role"] == ROLE)
    today = now().date()
    body = {
        "role": ROLE,
        "unit_id": held["unit_id"],
        "from_employee_id": me["id"],
        "to_employee_id": journey.me(to)["id"],
        "starts_on": str(today),
        "ends_on": str(today + timedelta(days=7)),
        **more,
    }
    answer = journey.person(ROLE).send("POST", _DELEGATIONS, body, status=201)
    journey.settle()
    made: dict[str, Any] = answer.json()
    return made


def end(journey: Journey, delegation: dict[str, Any]) -> None:
    path = f"{_DELEGATIONS}/{delegation['id']}"
    _, etag = journey.person(ROLE).load(path)
    journey.person(ROLE).send("POST", f"{path}/end", {}, etag=etag)
    journey.settle()

"""How the steps of the state machine are asked for over HTTP, and with what they are refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEYED = ("submit", "resubmit", "withdraw", "approve", "revise", "reject", "ms", "tms", "close")
KEYED += ("ask", "confirm", "refuse")
WAYS_IN = {
    **dict.fromkeys(("approve", "revise", "reject"), ("POST", "/decisions")),
    **dict.fromkeys(("ms", "tms"), ("POST", "/result")),
    "ask": ("POST", "/withdrawal-request"),
    **dict.fromkeys(("confirm", "refuse"), ("POST", "/withdrawal-answer")),
    "sub_status": ("PUT", "/sub-status"),
    **dict.fromkeys(("edit", "answer"), ("PATCH", "")),
    "attach": ("PUT", "/documents/{part}"),
    "detach": ("DELETE", "/documents/{part}"),
}
# A refusal is one of these and nothing else: clients act on the codes.
STATUSES = {
    "not_found": 404,
    "stale": 412,
    "own_proposal": 403,
    "not_your_stage": 403,
    "already_decided": 409,
    "illegal_move": 409,
    "already_verified": 409,
    "closed_for_change": 409,
    "employee_unknown": 409,
    "withdrawal_asked": 409,
    "no_withdrawal_asked": 409,
    "note_required": 422,
    "marked_as_wrong": 422,
    "remark_required": 422,
    "result_document_required": 422,
    "result_document_refused": 422,
    "submission_refused": 422,
}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    who: str
    body: Mapping[str, Any] | None
    headers: Mapping[str, str]

"""What documents listens to. Any service that issues a result document is served (R2)."""

from marshmallow import fields

from chassis.events.inbox import EventData, hear
from services.documents.usecases.archiving import archive
from services.documents.usecases.following import keep_employee


class EmployeeData(EventData):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    title_prefix = fields.String(allow_none=True)
    title_suffix = fields.String(allow_none=True)
    sessions_revoked_at = fields.AwareDateTime(allow_none=True)


class IssuedData(EventData):
    document_id = fields.UUID(required=True)
    sha256 = fields.String(required=True)
    owner_id = fields.UUID(required=True)
    layanan = fields.String(required=True)
    proposal_id = fields.UUID(required=True)
    number = fields.String(required=True)


HEARD = {
    "employee.changed.v1": hear(keep_employee, replay="rebuild", reads=EmployeeData()),
    "result_document.issued.v1": hear(archive, replay="rebuild", reads=IssuedData()),
}

"""What documents listens to. Any service that issues a result document is served (R2)."""

from marshmallow import fields

from chassis.events.inbox import EventData, hear
from services.documents.models import PEOPLE
from services.documents.usecases.archiving import archive
from staff.keeping import heard


class IssuedData(EventData):
    document_id = fields.UUID(required=True)
    sha256 = fields.String(required=True)
    owner_id = fields.UUID(required=True)
    layanan = fields.String(required=True)
    proposal_id = fields.UUID(required=True)
    number = fields.String(required=True)


HEARD = {
    **heard(PEOPLE),
    "result_document.issued.v1": hear(archive, replay="rebuild", reads=IssuedData()),
}

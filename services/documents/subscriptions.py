"""What documents listens to. Any service that issues a result document is served (R2)."""

from uuid import UUID

from chassis.events.inbox import hear, reading
from services.documents.models import PEOPLE
from services.documents.usecases.archiving import archive
from staff.keeping import heard

ISSUED = reading(
    document_id=UUID, sha256=str, owner_id=UUID, layanan=str, proposal_id=UUID, number=str
)
HEARD = {
    **heard(PEOPLE),
    "result_document.issued.v1": hear(archive, replay="rebuild", reads=ISSUED),
}

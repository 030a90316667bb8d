"""What documents listens to. Any service that issues a result document is served (R2)."""

from chassis.inbox import hear
from services.documents.usecases.archiving import archive
from services.documents.usecases.following import keep_employee

HEARD = {
    "employee.changed.v1": hear(keep_employee, replay="rebuild"),
    "result_document.issued.v1": hear(archive, replay="rebuild"),
}

"""What the rest of the system may know of the notification service.

`hears` names what it copies; with `tells_notices` it also hears the events of every notice rule
that any manifest brings. Each channel declares its own settings.
"""

from chassis.process.config import Setting, positive
from chassis.process.manifest import Manifest

MANIFEST = Manifest(
    name="notification",
    title={"id": "Pemberitahuan", "en": "Notices to people"},
    hears=(
        "employee.changed.v1",
        "employee.contact_changed.v1",
        "unit.changed.v1",
        "role.changed.v1",
    ),
    tells_notices=True,
    settings=(
        Setting(
            "SEND_CLAIM",
            default="90",
            parse=positive,
            help="Seconds after which a message whose sender gave no sign of life"
            " is sent by another.",
        ),
    ),
    plugged="services.notification.adapters.registry:settings",
    calls={"identity": ("contacts.read", "letters.read")},
)

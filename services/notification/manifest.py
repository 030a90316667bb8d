"""What the rest of the system may know of the notification service.

`hears` names what it copies; with `tells_notices` it also hears the events of every notice rule
that any manifest brings.
"""

from chassis.process.config import Setting, positive
from chassis.process.manifest import Manifest, Route

MANIFEST = Manifest(
    name="notification",
    title={"id": "Pemberitahuan", "en": "Notices to people"},
    app="services.notification.app:create_app",
    hears=(
        "employee.changed.v1",
        "employee.contact_changed.v1",
        "unit.changed.v1",
        "role.changed.v1",
    ),
    tells_notices=True,
    routes=(Route("/api/notification/"),),
    settings=(
        Setting(
            "MAIL_URL",
            secret=True,
            help="file:/folder for .eml files, or smtp://user:password@host:port?tls=starttls.",
            embedded="file:{data}/mail",
        ),
        Setting(
            "MAIL_FROM",
            default="",
            parse="services.notification.domain.addresses:sender_address",
            help="The address mail comes from; needed with smtp:, noreply@<host> with file:.",
            asked=True,
        ),
        Setting(
            "WHATSAPP_URL",
            default="log:",
            secret=True,
            help="log: sends nothing; cloud+https://graph.facebook.com/<version>/<number id>.",
        ),
        Setting("WHATSAPP_TOKEN", default="", secret=True, help="The WhatsApp provider's token."),
        Setting(
            "WHATSAPP_APP_SECRET",
            default="",
            secret=True,
            help="Signs the provider's status messages; empty = they are not taken.",
        ),
        Setting(
            "WHATSAPP_VERIFY_TOKEN",
            default="",
            secret=True,
            help="What the provider must show once to prove the address of status messages.",
        ),
        Setting(
            "SEND_CLAIM",
            default="90",
            parse=positive,
            help="Seconds after which a message whose sender gave no sign of life"
            " is sent by another.",
        ),
    ),
    calls={"identity": ("contacts.read",)},
    scopes=("notification",),
)

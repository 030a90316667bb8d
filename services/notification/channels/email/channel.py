"""Mail: a letter to the address identity knows, tried for about three days."""

from chassis.process.config import Setting
from services.notification.adapters.channels import Address, Channel
from services.notification.domain.forms import LETTER

CHANNEL = Channel(
    name="email",
    title={"id": "Surel", "en": "E-mail"},
    address=Address.EMAIL,
    text=LETTER,
    url="MAIL_URL",
    providers={
        "file": "services.notification.channels.email.files:open_mail_files",
        "smtp": "services.notification.channels.email.smtp:open_smtp",
    },
    threads=4,
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
    ),
)

"""WhatsApp: a short text to the mobile number identity knows; mail takes what cannot arrive."""

from chassis.process.config import Setting
from services.notification.adapters.channels import Address, Channel
from services.notification.domain.attempts import LONG_WAITS
from services.notification.domain.forms import Form

_CLOUD = "services.notification.channels.whatsapp.cloud:open_whatsapp_cloud"
CHANNEL = Channel(
    name="whatsapp",
    title={"id": "WhatsApp", "en": "WhatsApp"},
    address=Address.PHONE,
    text=Form(longest=4_000),
    url="WHATSAPP_URL",
    providers={
        "log": "services.notification.channels.whatsapp.logged:open_whatsapp_log",
        "cloud+https": _CLOUD,
        "cloud+http": _CLOUD,
    },
    # After a day a WhatsApp message has lost its point; the mail and the inbox carry the news.
    waits=LONG_WAITS[:7],
    confirms=True,
    fallback="email",
    blueprint="services.notification.channels.whatsapp.webhook:blp",
    settings=(
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
    ),
)

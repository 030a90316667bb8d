"""`log:` — no WhatsApp leaves; the log says that one would have, number masked, text left out."""

from chassis.process.config import Settings
from chassis.process.telemetry import log
from services.notification.adapters.channels import Message
from services.notification.domain.addresses import UnusableAddress, masked, mobile_number
from services.notification.domain.attempts import Outcome, accepted, permanent


class WhatsAppLog:
    def send(self, message: Message) -> Outcome:
        try:
            number = mobile_number(message.to)
        except UnusableAddress as error:
            return permanent(str(error))
        log.info("whatsapp_logged", notice_id=str(message.id), to=masked(number))
        return accepted("log")


def open_whatsapp_log(_url: str, _settings: Settings) -> WhatsAppLog:
    return WhatsAppLog()

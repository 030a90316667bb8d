"""`file:` — every mail becomes an .eml in a folder: for a try-out, a demo and the tests.

The name is the notice's id, so a second copy of the same notice replaces the first. Only its owner
reads it: there are links of accounts in mails.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chassis.process.config import Settings
from services.notification.adapters.channels import Message
from services.notification.channels.email.letters import HeaderUnsafe, letter
from services.notification.domain.addresses import UnusableAddress
from services.notification.domain.attempts import Outcome, accepted, permanent, temporary


class MailFiles:
    def __init__(self, folder: Path, *, mail_from: str) -> None:
        self._folder = folder
        self._mail_from = mail_from

    def send(self, message: Message) -> Outcome:
        try:
            content = letter(message, mail_from=self._mail_from).as_bytes()
        except (UnusableAddress, HeaderUnsafe) as error:
            return permanent(str(error))
        try:
            self._write(f"{message.id}.eml", content)
        except OSError as error:
            return temporary(f"the mail folder cannot be written: {error.strerror}")
        return accepted(f"{message.id}.eml")

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._folder / f".{name}.{os.getpid()}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / name)


def open_mail_files(url: str, settings: Settings) -> MailFiles:
    path = unquote(urlsplit(url).path)
    if not path:
        raise ValueError("file: needs a folder, as in file:/var/lib/simpul/mail")
    return MailFiles(Path(path), mail_from=settings["MAIL_FROM"] or _nobody(settings.public_url))


def _nobody(public_url: str) -> str:
    """A sender for mail that stays in a folder: at our own host when that is a name."""
    host = urlsplit(public_url).hostname or ""
    named = "." in host and not host[-1].isdigit()
    return f"noreply@{host}" if named else "noreply@simpul.test"

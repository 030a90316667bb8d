"""Builds the mail of a notice: one way, plain and HTML, with headers nobody can add to.

The Message-ID is the notice's id, the same on every try, so that a mail system may recognise
a second copy. There is no link with a token in it, and none to a document.
"""

from email.charset import QP, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import format_datetime, formataddr
from html import escape

from chassis.kernel.text import shown_line
from chassis.process.clock import now
from services.notification.adapters.channels import Message
from services.notification.domain.addresses import email_address
from services.notification.manifest import MANIFEST

_LONGEST_LINE = 78


class _Plainly(Compat32):
    """Headers come clean, so nothing parses them again as newer policies do, and what needs no
    folding is written as it is: that took three quarters of a mail's processor time.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        line = f"{name}: {value}"
        if len(line) > _LONGEST_LINE or not (line.isascii() and line.isprintable()):
            return super().fold_binary(name, value)
        return f"{line}{self.linesep}".encode()


_POLICY = _Plainly(linesep="\r\n")
# Seven bits on the wire, whatever the relay can do. No quoted-printable text holds the boundary.
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP
_BOUNDARY = "=_simpul"


class HeaderUnsafe(ValueError):
    """A header's text would have begun another header; nothing was sent."""


def letter(message: Message, *, mail_from: str) -> MIMEMultipart:
    """Return the mail of a notice.

    Raises `UnusableAddress` for an address that is none, `HeaderUnsafe` for a line break in a
    header's text.
    """
    sender, recipient = email_address(mail_from), email_address(message.to)
    mail = MIMEMultipart("alternative", boundary=_BOUNDARY, policy=_POLICY)
    mail["From"] = _named(_header(message.sender), sender)
    mail["To"] = recipient
    mail["Subject"] = _encoded(_header(message.subject), "Subject")
    mail["Message-ID"] = message_id(message, mail_from=sender)
    mail["Date"] = format_datetime(now())
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = message.language
    text = f"{message.body}\n\n-- \n{_foot(message)}\n"
    mail.attach(_part(text, "plain"))
    mail.attach(_part(_page(message), "html"))
    return mail


def _named(name: str, address: str) -> str:
    if name.isascii():
        return formataddr((name, address))
    return f"{_encoded(name, 'From')} <{address}>"


def _encoded(text: str, header: str) -> str:
    """Put text into words of RFC 2047, none of them too long, where ASCII does not hold it."""
    return text if text.isascii() else Header(text, "utf-8", header_name=header).encode()


def _part(text: str, kind: str) -> MIMEText:
    # The newest typeshed lets a name only be given; a charset of one's own is what is documented.
    return MIMEText(text, kind, _UTF8)  # type: ignore[arg-type]


def message_id(message: Message, *, mail_from: str) -> str:
    return f"<{message.id}@{mail_from.rpartition('@')[2]}>"


def _header(text: str) -> str:
    """Return a text that stands in a header as it is: `=?` would begin words in code (RFC 2047)."""
    if text != shown_line(text):
        raise HeaderUnsafe("a header's text has line breaks or control characters")
    return text.replace("=?", "= ?")


def _foot(message: Message) -> str:
    text = MANIFEST.texts.sentences["email_foot"][message.language]
    return text.format(app_url=message.app_url)


def _page(message: Message) -> str:
    """Write the HTML; a body ends with the sender's line, so nothing here signs again."""
    lines = "<br>\n".join(_linked(line, message.app_url) for line in message.body.split("\n"))
    return (
        f'<!doctype html>\n<html lang="{message.language}"><head><meta charset="utf-8">'
        f"<title>{escape(message.subject)}</title></head>\n"
        f"<body><p>{lines}</p>\n<hr>\n"
        f"<p><small>{_linked(_foot(message), message.app_url)}</small></p></body></html>\n"
    )


def _linked(line: str, app_url: str) -> str:
    """Escape a line and make our own addresses links; another's, in a note, stays text."""
    return " ".join(_word(word, app_url) for word in line.split(" "))


def _word(word: str, app_url: str) -> str:
    address = word.rstrip(".,;:)")
    if address != app_url and not address.startswith(f"{app_url}/"):
        return escape(word)
    return f'<a href="{escape(address)}">{escape(address)}</a>{word.removeprefix(address)}'

"""Builds the mail of a notice: one way, plain and HTML, with headers nobody can add to.

The Message-ID is the notice's id, the same on every try, so that a mail system may recognise
a second copy. There is no link with a token in it, and none to a document.
"""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from chassis.kernel.text import shown_line
from chassis.process.clock import now
from services.notification.adapters.channels import Message
from services.notification.domain.addresses import email_address
from services.notification.manifest import MANIFEST

# Seven bits on the wire, whatever the relay can do.
_POLICY = SMTP.clone(cte_type="7bit", utf8=False)


class HeaderUnsafe(ValueError):
    """A header's text would have begun another header; nothing was sent."""


def letter(message: Message, *, mail_from: str) -> EmailMessage:
    """Return the mail of a notice.

    Raises `UnusableAddress` for an address that is none, `HeaderUnsafe` for a line break in a
    header's text.
    """
    sender, recipient = email_address(mail_from), email_address(message.to)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(_header(message.sender), addr_spec=sender)
    mail["To"] = recipient
    mail["Subject"] = _header(message.subject)
    mail["Message-ID"] = message_id(message, mail_from=sender)
    mail["Date"] = now()
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(f"{message.body}\n\n-- \n{_foot(message)}\n", charset="utf-8")
    mail.add_alternative(_page(message), subtype="html", charset="utf-8")
    # Last, because setting a content takes older Content headers away.
    mail["Content-Language"] = message.language
    return mail


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

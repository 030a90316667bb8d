"""`smtp://[user:password@]host[:port]?tls=starttls|implicit|none` — mail by any SMTP relay.

Up to the final dot nothing has been accepted, so every fault there may be tried again. After
the dot the relay may have taken the mail even if its answer never came: that is *uncertain*.
"""

import smtplib
import ssl
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message as Mail
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from chassis.process.config import Settings
from chassis.process.watchdog import time_limit
from services.notification.adapters.channels import Message
from services.notification.channels.email.letters import HeaderUnsafe, letter
from services.notification.domain.addresses import UnusableAddress
from services.notification.domain.attempts import (
    Ending,
    Outcome,
    accepted,
    permanent,
    temporary,
    uncertain,
)

KEPT = 5.0  # seconds without a mail in which a connection is still good
FAREWELL = 1.0
_PORTS = {"starttls": 587, "implicit": 465, "none": 25}
_READY_FOR_DATA = 354
_TAKEN = range(200, 300)
_PERMANENT = range(500, 600)
_REFUSALS = range(400, 600)


@dataclass(frozen=True)
class Limits:
    """Seconds. RFC 5321 4.5.3.2 asks for ten minutes after the final dot: less makes copies."""

    connect: float = 10
    command: float = 60
    dialogue: float = 120
    after_dot: float = 600


class _LimitedGreeting:
    """A relay whose greeting, too, has an end."""

    def __init__(self, *args: Any, limit: float, **kwargs: Any) -> None:
        self._limit = limit
        super().__init__(*args, **kwargs)

    def connect(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        with time_limit(lambda: getattr(self, "sock", None), self._limit):
            answer: tuple[int, bytes] = super().connect(*args, **kwargs)  # type: ignore[misc]
        return answer


class _Relay(_LimitedGreeting, smtplib.SMTP):
    pass


class _TLSRelay(_LimitedGreeting, smtplib.SMTP_SSL):
    pass


class _Kept:
    """Connections on which a mail was just taken, for the next ones."""

    def __init__(self) -> None:
        self._relays: deque[tuple[smtplib.SMTP, float]] = deque()

    def put(self, relay: smtplib.SMTP) -> None:
        self._relays.append((relay, time.monotonic()))

    def take(self) -> smtplib.SMTP | None:
        """Return the one that was used last, if it is still good; the others get old behind it."""
        with suppress(IndexError):
            relay, since = self._relays.pop()
            if time.monotonic() - since < KEPT:
                return relay
            _part(relay)
        return None

    def let_go(self, unused_for: float) -> None:
        with suppress(IndexError):
            while time.monotonic() - self._relays[0][1] >= unused_for:
                _part(self._relays.popleft()[0])


class SMTPMail:
    """Connections are kept for a few seconds. What fails on one before the relay was ready for the
    text is asked again on a new one, so a half-dead connection delays nothing.
    """

    def __init__(self, url: str, *, mail_from: str, limits: Limits | None = None) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._tls = parse_qs(parts.query).get("tls", ["starttls"])[0]
        if not self._host or self._tls not in _PORTS:
            raise ValueError("smtp: needs a host, and tls=starttls, implicit or none")
        self._port = parts.port or _PORTS[self._tls]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        if self._user and self._tls == "none":
            raise ValueError("smtp: a password is sent over TLS only, so tls=none takes no user")
        self._mail_from = mail_from
        self._limits = limits or Limits()
        self._kept = _Kept()

    def let_go(self, unused_for: float = KEPT) -> None:
        """Close the connections that were not used for so many seconds."""
        self._kept.let_go(unused_for)

    def send(self, message: Message) -> Outcome:
        try:
            mail = letter(message, mail_from=self._mail_from)
        except (UnusableAddress, HeaderUnsafe) as error:
            return permanent(str(error))
        if (kept := self._kept.take()) is not None:
            if self._is_ready_on(kept, mail):
                return self._handed_over(kept, mail)
            kept.close()
        try:
            relay = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            return temporary(f"no connection: {type(error).__name__}")
        return self._begun(relay, mail)

    def _is_ready_on(self, kept: smtplib.SMTP, mail: Mail) -> bool:
        try:
            with time_limit(lambda: kept.sock, self._limits.dialogue):
                _patient(kept, self._limits.command)
                return self._envelope(kept, mail) is None
        except (OSError, smtplib.SMTPException):
            return False

    def _begun(self, relay: smtplib.SMTP, mail: Mail) -> Outcome:
        try:
            with time_limit(lambda: relay.sock, self._limits.dialogue):
                self._sign_in(relay)
                refusal = self._envelope(relay, mail)
        except (OSError, smtplib.SMTPException) as error:
            relay.close()
            return temporary(_told(error))
        if refusal is not None:
            relay.close()
            return refusal
        return self._handed_over(relay, mail)

    def _handed_over(self, relay: smtplib.SMTP, mail: Mail) -> Outcome:
        """Hand the text over; a connection on which that went well is kept."""
        outcome = self._hand_over(relay, mail)
        if outcome.ending is Ending.ACCEPTED:
            self._kept.put(relay)
        else:
            relay.close()
        return outcome

    def _connect(self) -> smtplib.SMTP:
        limits = {"timeout": self._limits.connect, "limit": self._limits.dialogue}
        if self._tls == "implicit":
            context = ssl.create_default_context()
            return _TLSRelay(self._host, self._port, context=context, **limits)
        return _Relay(self._host, self._port, **limits)

    def _sign_in(self, relay: smtplib.SMTP) -> None:
        _patient(relay, self._limits.command)
        relay.ehlo_or_helo_if_needed()
        if self._tls == "starttls":
            relay.starttls(context=ssl.create_default_context())
            relay.ehlo()
        if self._user:
            relay.login(self._user, self._password)

    def _envelope(self, relay: smtplib.SMTP, mail: Mail) -> Outcome | None:
        steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
            lambda: relay.mail(self._mail_from),
            lambda: relay.rcpt(str(mail["To"])),
            lambda: relay.docmd("DATA"),
        )
        for step in steps:
            code, _answer = step()
            if code not in _TAKEN and code != _READY_FOR_DATA:
                return _refused(code)
        return None

    def _hand_over(self, relay: smtplib.SMTP, mail: Mail) -> Outcome:
        try:
            with time_limit(lambda: relay.sock, self._limits.dialogue):
                relay.send(_dotted(mail.as_bytes()))
        except OSError as error:
            return temporary(_told(error))
        try:
            _patient(relay, self._limits.after_dot)
            with time_limit(lambda: relay.sock, self._limits.after_dot):
                relay.send(b".\r\n")
                code, answer = relay.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return uncertain(f"no answer after the final dot: {type(error).__name__}")
        if code in _TAKEN:
            return accepted(_reference(answer))
        return _refused(code) if code in _REFUSALS else uncertain(f"the relay answered {code}")


def open_smtp(url: str, settings: Settings) -> SMTPMail:
    mail_from = settings["MAIL_FROM"]
    if not mail_from:
        raise ValueError("smtp: needs MAIL_FROM, the address mail comes from")
    return SMTPMail(url, mail_from=mail_from)


def _part(relay: smtplib.SMTP) -> None:
    """Say goodbye without waiting for an answer."""
    with suppress(OSError, smtplib.SMTPException):
        _patient(relay, FAREWELL)
        relay.putcmd("quit")
    relay.close()


def _patient(relay: smtplib.SMTP, seconds: float) -> None:
    if relay.sock is not None:
        relay.sock.settimeout(seconds)


def _dotted(content: bytes) -> bytes:
    """RFC 5321 4.5.2: a line that begins with a dot gets another one."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    text = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    return text if text.endswith(b"\r\n") else text + b"\r\n"


def _refused(code: int) -> Outcome:
    reason = f"the relay answered {code}"
    return permanent(reason) if code in _PERMANENT else temporary(reason)


def _told(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}{f' {code}' if code else ''} before the mail was handed over"


def _reference(answer: bytes) -> str:
    return answer.decode("ascii", "replace")[:120]

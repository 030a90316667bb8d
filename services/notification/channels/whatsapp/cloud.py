"""`cloud+https://graph.facebook.com/<version>/<phone number id>[?template=<name>]` — WhatsApp.

The Cloud API has no idempotency key: when its answer does not come, nobody can know whether the
message went out. That is *uncertain*; the notice id travels as `biz_opaque_callback_data`.
Without a template only people who wrote within 24 hours can be reached (a rule of the provider).
"""

import json
import ssl
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chassis.kernel.text import shown_line
from chassis.process.config import Settings
from chassis.process.watchdog import time_limit
from services.notification.adapters.channels import Message
from services.notification.domain.addresses import UnusableAddress, mobile_number
from services.notification.domain.attempts import (
    Outcome,
    accepted,
    permanent,
    temporary,
    uncertain,
)

LONGEST_PARAMETER = 1_024
LONGEST_TEXT = 4_096
_LARGEST_ANSWER = 65_536
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# Throttling that the provider reports with status 400, as its list of error codes says.
_THROTTLED = {4, 80007, 130429, 131048, 131056}
_OURS_TO_MEND = {401, 403}
_TOO_MANY = 429


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, for each read, and for the whole answer."""

    connect: float = 5
    read: float = 10
    whole: float = 20


class WhatsAppCloud:
    def __init__(self, url: str, *, token: str, limits: Limits | None = None) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "cloud+https"
        if not self._secure and parts.hostname not in _LOOPBACK:
            raise ValueError("cloud+http: is for this machine only, use cloud+https:")
        if not parts.hostname or not parts.path.strip("/") or not token:
            raise ValueError("cloud+https: needs host, /version/phone number id, and the token")
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/") + "/messages"
        self._template = parse_qs(parts.query).get("template", [""])[0]
        self._token = token
        self._limits = limits or Limits()

    def send(self, message: Message) -> Outcome:
        try:
            body = json.dumps(self._body(message)).encode()
        except UnusableAddress as error:
            return permanent(str(error))
        connection = self._connection()
        try:
            connection.connect()
        except OSError as error:
            return temporary(f"no connection: {type(error).__name__}")
        try:
            return self._ask(connection, body)
        finally:
            connection.close()

    def _ask(self, connection: HTTPConnection, body: bytes) -> Outcome:
        sock = connection.sock
        sock.settimeout(self._limits.read)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Connection": "close",
        }
        try:
            with time_limit(lambda: sock, self._limits.whole):
                connection.request("POST", self._path, body, headers)
                response = connection.getresponse()
                answer = response.read(_LARGEST_ANSWER)
        except (OSError, HTTPException) as error:
            return uncertain(f"no answer: {type(error).__name__}")
        return _read(response, answer)

    def _connection(self) -> HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return HTTPSConnection(
                self._host, self._port, timeout=self._limits.connect, context=context
            )
        return HTTPConnection(self._host, self._port, timeout=self._limits.connect)

    def _body(self, message: Message) -> dict[str, Any]:
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": mobile_number(message.to),
            "biz_opaque_callback_data": str(message.id),
            **(self._from_template(message) if self._template else _free_text(message)),
        }

    def _from_template(self, message: Message) -> dict[str, Any]:
        """One approved template with two parameters, {{1}} the subject and {{2}} the text."""
        texts = (message.subject, shown_line(message.body))
        parameters = [{"type": "text", "text": text[:LONGEST_PARAMETER]} for text in texts]
        return {
            "type": "template",
            "template": {
                "name": self._template,
                "language": {"code": message.language},
                "components": [{"type": "body", "parameters": parameters}],
            },
        }


def open_whatsapp_cloud(url: str, settings: Settings) -> WhatsAppCloud:
    return WhatsAppCloud(url, token=settings["WHATSAPP_TOKEN"])


def _free_text(message: Message) -> dict[str, Any]:
    text = f"*{message.subject}*\n\n{message.body}"[:LONGEST_TEXT]
    return {"type": "text", "text": {"preview_url": False, "body": text}}


def _read(response: HTTPResponse, answer: bytes) -> Outcome:
    status, reply = response.status, _object(answer)
    if status < 300:
        return _taken(reply)
    code = _object(reply.get("error")).get("code")
    detail = f"status {status}, code {code}"
    if status == _TOO_MANY or code in _THROTTLED:
        return temporary(detail, retry_after=_retry_after(response))
    # 5xx is theirs, an expired token is ours to mend: neither is the recipient's fault.
    if status >= 500 or status in _OURS_TO_MEND:
        return temporary(detail)
    return permanent(detail)


def _taken(told: dict[str, Any]) -> Outcome:
    messages = told.get("messages")
    first = _object(messages[0]) if isinstance(messages, list) and messages else {}
    if not isinstance(first.get("id"), str):
        return uncertain("a 2xx answer without a message id")
    return accepted(first["id"][:120])


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, bytes):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _retry_after(response: HTTPResponse) -> timedelta | None:
    asked = response.headers.get("Retry-After", "")
    return timedelta(seconds=int(asked)) if asked.isdigit() and len(asked) < 8 else None

"""Whoever cannot prove its name by a certificate is told nothing, by any client of ours."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pika
import psycopg
import pytest

from chassis.http.peers import PeerUnavailable, transport
from portal.shell.transport import Call, EdgeUnreachable, http
from services.documents.adapters.stores.protocol import StoreUnavailable
from services.documents.adapters.stores.s3 import S3Store
from services.notification.channels.email.smtp import SMTPMail
from services.notification.channels.whatsapp.cloud import WhatsAppCloud
from tests.builders.certificate import certificate
from tests.notification.test_adapters_mail import a_message as a_mail
from tests.notification.test_adapters_whatsapp import a_message

FAILURES = (PeerUnavailable, EdgeUnreachable, StoreUnavailable, psycopg.OperationalError)


class Pretender:
    """A server with a certificate of its own making, and what clients told it behind TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.asked = 0
        self.told: list[bytes] = []
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.before_tls: Callable[[socket.socket], Any] = lambda _connection: None
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with closing(connection), suppress(OSError):
                connection.settimeout(5)
                self.before_tls(connection)
                self.asked += 1
                with self._context.wrap_socket(connection, server_side=True) as behind:
                    self.told.append(behind.recv(1000))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def pretender(tmp_path) -> Iterator[Pretender]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(tmp_path))
    server = Pretender(context)
    yield server
    server.close()


def greet_mail(connection: socket.socket) -> None:
    connection.sendall(b"220 mail\r\n")
    connection.recv(1000)
    connection.sendall(b"250-mail\r\n250 STARTTLS\r\n")
    connection.recv(1000)
    connection.sendall(b"220 go\r\n")


def greet_database(connection: socket.socket) -> None:
    connection.recv(8)
    connection.sendall(b"S")


def nothing(_connection: socket.socket) -> None: ...


def mail(port: int, tls: str) -> None:
    url = f"smtp://u:secret@127.0.0.1:{port}?tls={tls}"
    SMTPMail(url, mail_from="simpul@contoh.go.id").send(a_mail())


def database(port: int) -> None:
    options = "sslmode=verify-full&sslrootcert=system&connect_timeout=5"
    psycopg.connect(f"postgresql://u:secret@127.0.0.1:{port}/d?{options}")


def broker(port: int) -> None:
    url = f"amqps://u:secret@127.0.0.1:{port}/?connection_attempts=1"
    with pytest.raises((pika.exceptions.AMQPConnectionError, ssl.SSLError)):
        pika.BlockingConnection(pika.URLParameters(url))


CLIENTS: dict[str, tuple[Callable[[socket.socket], None], Callable[[int], Any]]] = {
    "a service": (
        nothing,
        lambda port: transport(f"https://127.0.0.1:{port}").send("x", "GET", "/", {}, None),
    ),
    "the portal": (
        nothing,
        lambda port: http(f"https://127.0.0.1:{port}")(Call("GET", "/")),
    ),
    "the store": (
        nothing,
        lambda port: S3Store.from_url(f"s3://key:secret@127.0.0.1:{port}/papers").check(),
    ),
    "mail": (nothing, lambda port: mail(port, "implicit")),
    "mail, STARTTLS": (greet_mail, lambda port: mail(port, "starttls")),
    "WhatsApp": (
        nothing,
        lambda port: WhatsAppCloud(f"cloud+https://127.0.0.1:{port}/v1/7", token="secret").send(
            a_message()
        ),
    ),
    "the broker": (nothing, broker),
    "the database": (greet_database, database),
}


@pytest.mark.parametrize("client", CLIENTS)
def test_whoever_has_a_certificate_that_nobody_vouches_for_is_told_nothing(pretender, client):
    pretender.before_tls, ask = CLIENTS[client]

    with suppress(*FAILURES):
        ask(pretender.port)

    assert pretender.asked >= 1
    assert pretender.told == []


def test_a_client_that_looks_at_no_certificate_is_found(pretender):
    careless = ssl._create_unverified_context()  # noqa: S323 - what no code of ours does
    with (
        socket.create_connection(("127.0.0.1", pretender.port)) as connection,
        careless.wrap_socket(connection) as behind,
    ):
        behind.sendall(b"secret")
        behind.recv(1)

    assert pretender.told == [b"secret"]

"""What the machine can do with nothing of ours in between: the limits of the goals."""

import smtplib
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pika
import psycopg

from bench.forms import Cluster, Form
from bench.keeper import MEASURED
from chassis.events.bus.amqp import EXCHANGE

# As a submit does it: the case, its history, the event, the key of the request, the counter.
STATEMENTS = (
    "UPDATE cases SET stage = 'sent', version = version + 1 WHERE id = {id}",
    "INSERT INTO lines (id, case_id, body) VALUES ({new}, {id}, {body})",
    "INSERT INTO said (id, body) VALUES ({new}, {body})",
    "INSERT INTO keys (id, answer) VALUES ({new}, {body})",
    "UPDATE counted SET waiting = waiting + 1 WHERE id = {line}",
)
TABLES = (
    "CREATE TABLE cases (id {id} PRIMARY KEY, stage text, version integer, body text)",
    "CREATE TABLE lines (id {id} PRIMARY KEY, case_id {id}, body text)",
    "CREATE TABLE said (id {id} PRIMARY KEY, body text)",
    "CREATE TABLE keys (id {id} PRIMARY KEY, answer text)",
    "CREATE TABLE counted (id integer PRIMARY KEY, waiting integer)",
)
BODY = "x" * 1500
Bare = Callable[[float], float]


@contextmanager
def five_statements(form: Form, home: Path, lines: int) -> Iterator[Bare]:
    """Return what does bare transactions for so many seconds, and tells how many a second."""
    place: Any = _on_postgres if isinstance(form, Cluster) else _on_sqlite
    with place(form, home) as (connect, marks):
        workers = [_Worker(connect(), number, marks) for number in range(lines)]
        yield lambda seconds: _together(workers, seconds)
        for worker in workers:
            worker.connection.close()


def _together(workers: list["_Worker"], seconds: float) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(len(workers)) as pool:
        done = sum(pool.map(lambda worker: worker.until(began + seconds), workers))
    return done / (time.perf_counter() - began)


class _Worker:
    """One connection and a case of its own."""

    _one_at_a_time = threading.Lock()  # SQLite has one writer; waiting here costs least

    def __init__(self, connection: Any, number: int, marks: dict[str, str]) -> None:
        self.connection, self._number = connection, number
        self._statements = [statement.format(**marks) for statement in STATEMENTS]
        self._is_sqlite = isinstance(connection, sqlite3.Connection)
        self._id = self._new()
        insert = "INSERT INTO cases VALUES ({id}, 'draft', 1, {body})".format(**marks)
        connection.execute(insert, {"id": self._id, "body": BODY})
        counter = "INSERT INTO counted VALUES ({line}, 0)".format(**marks)
        connection.execute(counter, {"line": number})

    def until(self, end: float) -> int:
        done = 0
        while not done or time.perf_counter() < end:
            given = {"id": self._id, "new": self._new(), "body": BODY, "line": self._number}
            if self._is_sqlite:
                with self._one_at_a_time:
                    self._transaction(given)
            else:
                self._transaction(given)
            done += 1
        return done

    def _transaction(self, given: dict[str, Any]) -> None:
        self.connection.execute("BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
        for statement in self._statements:
            self.connection.execute(statement, given)
        self.connection.execute("COMMIT")

    def _new(self) -> Any:
        return uuid.uuid4().hex if self._is_sqlite else uuid.uuid4()


@contextmanager
def _on_postgres(form: Cluster, _home: Path) -> Iterator[tuple[Callable[[], Any], dict[str, str]]]:
    with psycopg.connect(form.owner_url("postgres"), autocommit=True) as owner:
        owner.execute("DROP DATABASE IF EXISTS bench")
        owner.execute("CREATE DATABASE bench")
        with psycopg.connect(form.owner_url("bench"), autocommit=True) as made:
            for table in TABLES:
                made.execute(table.format(id="uuid"))
        marks = {name: f"%({name})s" for name in ("id", "new", "body", "line")}
        yield lambda: psycopg.connect(form.owner_url("bench"), autocommit=True), marks
        owner.execute("DROP DATABASE bench WITH (FORCE)")


@contextmanager
def _on_sqlite(_form: Form, home: Path) -> Iterator[tuple[Callable[[], Any], dict[str, str]]]:
    path = home / "bare.db"

    def connect() -> Any:
        made = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("PRAGMA synchronous = FULL")
        return made

    with connect() as made:
        for table in TABLES:
            made.execute(table.format(id="char(32)"))
    yield connect, {name: f":{name}" for name in ("id", "new", "body", "line")}
    path.unlink()


def publish_to_consume(form: Cluster, rate: float, seconds: float) -> list[float]:
    """Return milliseconds from each publish to its arrival, through a queue as services have it."""
    parameters = pika.URLParameters(form.broker_url)
    queue = "bench.inbox"
    sending = pika.BlockingConnection(parameters)
    channel = sending.channel()
    channel.confirm_delivery()
    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(queue, EXCHANGE, MEASURED)
    times: list[float] = []
    count = max(10, round(rate * seconds))
    hearer = threading.Thread(target=_hear, args=(parameters, queue, count, times))
    hearer.start()
    began = time.perf_counter()
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        channel.basic_publish(EXCHANGE, MEASURED, str(time.perf_counter()).encode() + b" " * 1500)
    hearer.join(60)
    channel.queue_delete(queue)
    sending.close()
    return times


def _hear(parameters: Any, queue: str, count: int, times: list[float]) -> None:
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    channel.basic_qos(prefetch_count=10)
    for method, _, body in channel.consume(queue, inactivity_timeout=20):
        if method is None:
            break
        times.append((time.perf_counter() - float(body)) * 1000)
        channel.basic_ack(method.delivery_tag)
        if len(times) >= count:
            break
    channel.cancel()
    connection.close()


def commit_time(form: Form, home: Path, count: int = 100) -> list[float]:
    """Return milliseconds of bare transactions, one after another."""
    with five_statements(form, home, 1) as bare:
        return [1000 / bare(0) for _ in range(count)]


def hand_off(port: int, count: int = 50) -> list[float]:
    """Return milliseconds in which a mail server takes a mail over a connection of its own."""
    return [_sent(port) for _ in range(count)]


def _sent(port: int) -> float:
    mail = EmailMessage()
    mail["From"], mail["To"] = "bench@bkpsdm.example", "siapa@bkpsdm.example"
    mail["Subject"], mail["Message-ID"] = "Uji", f"<{uuid.uuid4()}@bench.example>"
    mail.set_content("Isi surat.\n" * 20)
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
        server.send_message(mail)
    return (time.perf_counter() - began) * 1000

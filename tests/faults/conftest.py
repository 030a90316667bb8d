"""One cluster whose every link can be broken, whose disks are small, and people who work in it."""

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass

import psycopg
import pytest
import urllib3

from chassis.data.postgres import channel_of
from chassis.process.config import key
from ops.cluster import plan
from ops.cluster.supervisor import Supervisor
from ops.engines.postgres import Postgres
from ops.engines.rabbit import Rabbit
from ops.engines.s3 import S3
from services.notification.usecases.taking import topic_of
from tests.builders.cluster import running_cluster
from tests.builders.engines import engine_folder, or_skipped
from tests.faults.links import Link
from tests.faults.mail_server import TAKE, MailServer
from tests.faults.office import Office
from tests.faults.processes import wait_for
from tests.notification.cloud_stub import TOKEN, CloudStub

SMALL_DISKS = {"postgres": "400m", "rabbit": "200m", "spool": "24m", "s3": "48m"}


@dataclass
class System:
    """The running cluster and everything around it that a test may break."""

    supervisor: Supervisor
    links: dict[str, Link]
    mail: MailServer
    whatsapp: CloudStub
    office: Office
    disks: bool

    @property
    def engines(self):
        return self.supervisor.engines

    def ask_database(self, service, statement):
        """Ask as the owner, past every link and every row policy."""
        url = self.engines["postgres"].owner_url(service).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def ready(self, web):
        """What a web process says of itself."""
        url = f"http://127.0.0.1:{web.port}/readyz"
        return urllib3.request("GET", url, timeout=10, retries=False).json()

    def unpublished(self):
        found = {}
        for service in self.supervisor.plan.manifests:
            statement = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
            [[found[service]]] = self.ask_database(service, statement)
        return {name: count for name, count in found.items() if count}

    def wait_until_everybody_was_told(self, seconds=60):
        """Every notice due is there, each once; returns how long that took."""
        office = self.office
        took = wait_for(lambda: not office.expected() - office.notices(), seconds)
        assert office.notices() == office.expected()
        return took

    def hasten_messages(self, only="attempts.ending = 'temporary'"):
        """Let the wait before another try be over, as time does, and wake who waits for it."""
        tried = "attempts.delivery_id = deliveries.id AND state = 'pending'"
        statement = f"UPDATE deliveries SET due_at = now() FROM attempts WHERE {tried} AND {only}"  # noqa: S608
        wakes = [f"NOTIFY {channel_of(topic_of(name))}" for name in ("email", "whatsapp")]
        self.ask_database("notification", ";".join([statement, *wakes]))

    def messages_under_way(self, channel="email"):
        statement = "SELECT channel, state FROM deliveries WHERE state IN ('pending', 'sending')"
        return [row for row in self.ask_database("notification", statement) if row[0] == channel]


@pytest.fixture(scope="session")
def cluster():
    """The cluster, one link in front of each engine and the edge, providers of mail and WhatsApp."""
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(engine_folder()) / "cluster"
        with or_skipped():
            planned = plan.load(place, 0)
            links = _links(stack, planned)
            mail, whatsapp = MailServer(), CloudStub()
            stack.callback(mail.close)
            stack.callback(whatsapp.close)
            links["mail"] = Link(mail.port)
            stack.callback(links["mail"].close)
            settings = _settings(planned, links, whatsapp)
        disks = _small_disks(stack, place)
        began = time.monotonic()
        supervisor = stack.enter_context(running_cluster(place, settings=settings, watched=False))
        office = Office(supervisor.plan.public_url, place)
        print(f"cluster and people ready after {time.monotonic() - began:.0f} s")
        yield System(supervisor, links, mail, whatsapp, office, disks)


@pytest.fixture
def system(cluster):
    """The cluster, whole; afterwards whatever a test broke is mended."""
    cluster.office.open_the_doors()
    del cluster.office.answers[:], cluster.office.filed[:]
    yield cluster
    for link in cluster.links.values():
        link.heal()
    cluster.mail.answer = TAKE


def _links(stack, planned):
    links = {}
    ports = {"postgres": "postgres", "rabbit": "rabbit", "s3": "s3", "edge": "internal"}
    for name, engine in ports.items():
        links[name] = Link(planned.ports[engine])
        stack.callback(links[name].close)
    return links


def _settings(planned, links, whatsapp):
    postgres = Postgres(planned.folder / "postgres", port=links["postgres"].port)
    rabbit = Rabbit(planned.folder / "rabbit", planned.broker_users(), port=links["rabbit"].port)
    keys = planned.secrets["s3/access"], planned.secrets["s3/secret"]
    settings = {
        "STORE_URL": S3(planned.folder / "s3", *keys, port=links["s3"].port).url,
        "PEERS_URL": f"http://127.0.0.1:{links['edge'].port}",
        "MAIL_URL": f"smtp://127.0.0.1:{links['mail'].port}?tls=none",
        "MAIL_FROM": "layanan@bkpsdm.example",
        "WHATSAPP_URL": whatsapp.url,
        "WHATSAPP_TOKEN": TOKEN,
        "UPLOADS_PER_DAY": "100000",
        "RECONCILE_EVERY": "0",  # nothing that the bus lost is mended before it is missed
        "TMPDIR": str(planned.folder / "spool"),
    }
    for name, password in planned.database_passwords().items():
        settings[f"DATABASE_URL_{key(name)}"] = postgres.service_url(name, password)
        settings[f"BUS_URL_{key(name)}"] = rabbit.url(name)
    return settings


def _small_disks(stack, place):
    """Put small disks under what must bear a full one; False where mounting is not allowed."""
    for name in SMALL_DISKS:
        (place / name).mkdir()
    (place / "spool").chmod(0o777)
    if os.geteuid() != 0:
        return False
    for name, size in SMALL_DISKS.items():
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place / name)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            return False
        stack.callback(subprocess.run, ["umount", "-l", str(place / name)], check=False)
    (place / "spool").chmod(0o777)
    return True

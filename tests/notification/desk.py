"""A notification service under test, with invented people, an identity that answers, a provider."""

import json
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from chassis.events.envelope import Event
from chassis.http.peers import Answer, PeerUnavailable
from chassis.process.ids import uuid7
from chassis.process.manifest import Notice
from chassis.process.regions import all_regions
from chassis.process.texts import Texts
from services.notification.adapters.registry import discover
from services.notification.domain.attempts import accepted
from services.notification.models import Attempt, Delivery
from services.notification.models import Notice as NoticeRow
from services.notification.subscriptions import heard
from services.notification.workers.sender import Sender
from tests.builders.manifests import Imagined

REGION = "demo"
CHANNELS = discover()
APPLICANT = UUID("0190a000-0000-7000-8000-000000000001")
OFFICER = UUID("0190a000-0000-7000-8000-000000000002")
ADMIN = UUID("0190a000-0000-7000-8000-000000000003")
PEOPLE = {APPLICANT: "Contoh Pengusul", OFFICER: "Contoh Petugas", ADMIN: "Contoh Admin"}
TEMPLATE = {
    "id": {"subject": "Berkas {number}", "body": "Yth. {recipient_name},\n{note}\n{sender}"},
    "en": {"subject": "File {number}", "body": "Dear {recipient_name},\n{note}\n{sender}"},
}
LABELS = {"stage": {"processing": {"id": "Diproses", "en": "Being processed"}}}


def a_rule(event="file.moved.v1", name="file_moved", to="owner_id", **changes):
    values = {"channels": ("in_app", "email")}
    return Notice(event=event, name=name, to=to, **(values | changes))


def a_service(*rules, name="files", **templates):
    told = {rule.name: TEMPLATE for rule in rules} | templates
    return Imagined(
        name=name,
        title={"id": "Berkas", "en": "Files"},
        publishes=tuple({rule.event for rule in rules}),
        notices=rules,
        texts=Texts(notices=told, labels=LABELS),
    )


def an_event(event_type="file.moved.v1", *, subject="file/1", version=1, region=REGION, **data):
    known = {
        "number": "demo/1",
        "owner_id": str(APPLICANT),
        "stage": "processing",
        "note": "baik",
    }
    return Event(
        type=event_type,
        subject=subject,
        version=version,
        region=region,
        source="files",
        data=known | data,
    )


def copied(event_type, about, key, number=1, region=REGION, /, **data):
    """An event of identity's with the row's full state; `number` is the row's version."""
    return Event(
        type=event_type,
        subject=f"{about}/{key}",
        version=number,
        region=region,
        source="identity",
        data={"id": str(key), **data},
    )


def an_employee(key, name, version=1, **data):
    state = {"nip": "199001012015011999", "name": name, "kind": "pns", "active": True}
    state |= {"title_prefix": None, "title_suffix": None, "sessions_revoked_at": None}
    return copied("employee.changed.v1", "employee", key, version, **(state | data))


def a_unit(name, kind, *, version=1, key=None, region=REGION, **data):
    state = {"code": name.lower(), "name": name, "kind": kind, "zone": None}
    state |= {"bkpsdm": False, "active": True}
    return copied("unit.changed.v1", "unit", key or uuid7(), version, region, **(state | data))


def a_role(person, role, *, version=1, key=None, **data):
    state = {"employee_id": str(person), "role": role, "unit_id": None, "acting": "definitive"}
    state |= {"starts_on": "2020-01-01", "ends_on": None, "active": True}
    return copied("role.changed.v1", "role", key or uuid7(), version, **(state | data))


def a_contact_version(key, version):
    return copied("employee.contact_changed.v1", "employee", key, version, version=version)


class Identity:
    """Answers the contacts API; can be down; counts what it was asked."""

    def __init__(self):
        self.contacts = {}
        self.down = False
        self.asked = []
        self.during = lambda _path: None

    def set(self, person, *, version=1, email=None, phone=None, language="id"):
        self.contacts[str(person)] = {
            "employee_id": str(person),
            "version": version,
            "email": email,
            "phone": phone,
            "language": language,
        }

    def __getitem__(self, peer):
        assert peer == "identity"
        return self

    def get(self, path):
        self.during(path)
        if self.down:
            raise PeerUnavailable(peer="identity")
        person = path.removeprefix("/api/identity/v1/contacts/")
        self.asked.append(person)
        found = self.contacts.get(person)
        return Answer(200 if found else 404, {}, json.dumps(found or {}).encode())


class Provider:
    """A channel that remembers what it was given and ends each try as told, else accepted."""

    def __init__(self):
        self.sent = []
        self.endings = deque()
        self.during = lambda _message: None

    def send(self, message):
        self.sent.append(message)
        self.during(message)
        ending = self.endings.popleft() if self.endings else accepted("ok")
        if isinstance(ending, BaseException):
            raise ending
        return ending


@dataclass
class Desk:
    service: object
    identity: Identity = field(default_factory=Identity)
    mail: Provider = field(default_factory=Provider)
    whatsapp: Provider = field(default_factory=Provider)

    def __post_init__(self):
        self.service.runtime.peers = self.identity
        self.rules(a_rule())

    @property
    def app(self):
        return self.service.app

    @property
    def db(self):
        return self.service.runtime.db

    def rules(self, *rules, **templates):
        self.service.runtime.heard = heard({"files": a_service(*rules, **templates)})

    def meet_everybody(self):
        self.hear(
            a_unit("Kota Contoh Raya", "region", zone="Asia/Jakarta"),
            a_unit("BKPSDM", "opd", bkpsdm=True),
            *(an_employee(key, name) for key, name in PEOPLE.items()),
        )
        for number, key in enumerate(PEOPLE):
            self.identity.set(
                key, email=f"orang{number}@disdik.example", phone=f"0812-0000-000{number}"
            )

    def hear(self, *events):
        """Deliver and handle events; the service's own senders are left out."""
        senders = tuple(f"{name}-" for name in discover())
        self.service.runtime.loops[:] = [
            loop for loop in self.service.runtime.loops if not loop.name.startswith(senders)
        ]
        self.service.hear(*events)

    def send(self, channel="email"):
        """One turn of one sender; True when something was due."""
        with self.app.app_context():
            return self.sender(channel).run()

    def sender(self, channel="email"):
        provider = self.mail if channel == "email" else self.whatsapp
        return Sender(CHANNELS[channel], provider)

    def send_all(self, channel="email"):
        while self.send(channel):
            pass

    def rows(self, model):
        return self.rows_by(model, model.id)

    def rows_by(self, model, order):
        with self.app.app_context(), all_regions():
            found = self.db.session.query(model).order_by(order).all()
            self.db.session.expunge_all()
        return found

    @property
    def notices(self):
        return self.rows(NoticeRow)

    @property
    def deliveries(self):
        return self.rows(Delivery)

    @property
    def attempts(self):
        return self.rows(Attempt)

    def delivery(self, channel="email"):
        [one] = [delivery for delivery in self.deliveries if delivery.channel == channel]
        return one

    def parked(self):
        inbox = self.db.plumbing.inbox
        with self.app.app_context():
            rows = self.db.session.execute(inbox.select().where(inbox.c.status == "parked")).all()
            self.db.session.rollback()
        return [row.error for row in rows]

"""The channel of docs/adding-a-channel.md sends as a folder and as a package; nothing is edited."""

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from chassis.process.config import SettingsInvalid
from chassis.process.manifest import discover as manifests
from chassis.process.manifest import load
from ops.generators import settings
from ops.generators.compose import compose
from ops.generators.values import Values
from services.notification.adapters.registry import discover
from tests.builders.service import settings_for
from tests.notification.desk import ADMIN, APPLICANT, Desk, a_role, a_rule, an_event
from tests.pluggable import channel_guide
from tests.pluggable.checklist import ROOT
from tests.pluggable.importing import importable
from tests.pluggable.sms_stub import KEY, SMSStub

API = "/api/notification/v1"
SECRET = "a-status-secret"
WAYS = {"folder": channel_guide.write, "package": channel_guide.write_package}


@pytest.fixture(scope="module", params=WAYS, autouse=True)
def way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp(request.param)
    WAYS[request.param](folder)
    with importable() as install:
        install(folder)
        yield request.param


@pytest.fixture
def gateway():
    stub = SMSStub()
    yield stub
    stub.close()


@pytest.fixture
def clock():
    with time_machine.travel(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


class Sms(Desk):
    """A desk whose rule names SMS; its texts go through the channel's own loop to the gateway."""

    def send_sms(self):
        with self.app.app_context():
            while self.loop.run():
                pass

    def ask(self, method, path, person=APPLICANT, **kwargs):
        token = self.service.person(person, "notification")
        return self.service.call(method, f"{API}{path}", token=token, **kwargs)


@pytest.fixture
def desk(clock, service, gateway):
    told = {"SMS_URL": gateway.url, "SMS_KEY": KEY, "SMS_STATUS_SECRET": SECRET}
    desk = Sms(service("notification", **told))
    [desk.loop] = [loop for loop in desk.service.runtime.loops if loop.name.startswith("sms-")]
    desk.meet_everybody()
    desk.rules(a_rule(channels=("in_app", "sms")))
    desk.hear(an_event())
    return desk


def test_it_is_found_where_it_was_put(way):
    package = discover()["sms"].providers["https"].partition(":")[0]

    assert package.startswith("simpul_sms" if way == "package" else "services.notification")


def test_a_notice_goes_out_as_one_line_to_the_mobile_number(desk, gateway):
    desk.send_sms()

    [notice] = desk.notices
    assert gateway.messages == [
        {
            "to": "+6281200000000",
            "text": "Berkas demo/1: Yth. Contoh Pengusul, baik BKPSDM Kota Contoh Raya",
            "reference": str(notice.id),
        }
    ]
    assert desk.delivery("sms").state == "sent"
    assert [attempt.reference for attempt in desk.attempts] == ["sms-1"]


def test_who_switched_it_off_gets_none(desk, gateway):
    chosen = desk.ask("PUT", "/preferences", json={"channels": {"sms": False}})

    desk.send_sms()

    assert chosen.json["channels"] == {"email": True, "sms": False, "whatsapp": True}
    assert desk.delivery("sms").reason == "switched_off"
    assert gateway.messages == []


def test_a_client_that_knows_two_channels_does_not_switch_it_on_again(desk):
    desk.ask("PUT", "/preferences", json={"channels": {"sms": False}})

    answer = desk.ask("PUT", "/preferences", json={"email": True, "whatsapp": True})

    assert answer.json["channels"]["sms"] is False


def test_its_own_waits_are_kept_and_then_mail_takes_it(desk, gateway, clock):
    gateway.answers.extend([(503, {})] * 4)
    waits = []

    while desk.delivery("sms").state == "pending":
        waits.append(desk.delivery("sms").due_at - datetime.now(UTC))
        clock.move_to(desk.delivery("sms").due_at)
        desk.send_sms()
    desk.send_all("email")

    assert [wait / timedelta(minutes=1) for wait in waits] == [0, 1, 10, 60]
    assert desk.delivery("sms").reason == "gave_up"
    assert desk.delivery("email").state == "sent"
    assert len(desk.mail.sent) == 1


def test_the_gateway_may_ask_for_a_longer_wait(desk, gateway):
    gateway.answers.append((429, {"Retry-After": "300"}))

    desk.send_sms()

    assert desk.delivery("sms").due_at == datetime.now(UTC) + timedelta(minutes=5)


def test_somebody_without_a_number_gets_the_mail(desk):
    desk.identity.set(APPLICANT, email="a@b.test", phone=None)

    desk.send_sms()
    desk.send_all("email")

    assert desk.delivery("sms").reason == "no_address"
    assert desk.delivery("email").state == "sent"


@pytest.mark.parametrize(("secret", "status"), [(SECRET, 200), ("a guess", 403)])
def test_its_own_route_hears_what_became_of_a_message(desk, secret, status):
    desk.send_sms()
    told = {"reference": str(desk.notices[0].id), "status": "delivered"}
    body = json.dumps(told).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Signature": signature, "Content-Type": "application/json"}

    answer = desk.service.call("POST", f"{API}/sms/status", data=body, headers=headers)

    assert answer.status_code == status
    assert desk.delivery("sms").confirmed == ("delivered" if status == 200 else None)


def test_the_list_of_deliveries_and_that_of_channels_name_it_in_words(desk):
    desk.hear(a_role(ADMIN, "sysadmin"))

    rows = desk.ask("GET", "/deliveries", person=ADMIN, headers={"Accept-Language": "en"}).json
    channels = desk.ask("GET", "/channels").json["data"]

    assert "Text message" in {row["channel_label"] for row in rows["data"]}
    assert {"name": "sms", "label": "SMS", "fallback": "email"} in channels


def test_its_settings_are_on_the_page_and_in_the_deployments_files():
    page, files = settings.page(manifests()), compose(Values(manifests()))

    assert "| `SMS_URL` | `log:` |" in page
    assert "| `SMS_KEY` | empty |  | yes |" in page
    assert "SMS_KEY: ${SMS_KEY:-}" in files


def test_a_wrong_setting_of_it_stops_the_start_and_is_named(tmp_path):
    wrong = settings_for("notification", tmp_path, SMS_URL="http://sms.test/messages", SMS_KEY="k")

    with pytest.raises(SettingsInvalid, match="SMS_URL: http: is for this machine only"):
        load("services.notification.app:create_app")(wrong)


def test_the_code_on_the_page_passes_the_house_lint(tmp_path):
    channel_guide.write(tmp_path)
    config = f"--config={ROOT / 'pyproject.toml'}"
    for check in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, config, "--no-respect-gitignore", "services"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout

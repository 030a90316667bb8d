"""The service of docs/adding-a-service.md joins a running installation; nothing else is touched.

The installation exists first, with people, roles and events. Then the folder appears, and on the
next start its routes, notices and events are there, and it knows the past that it must know.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chassis.events.reconcile import Reconciler
from chassis.process import runtime as runtimes
from chassis.process.regions import in_region
from services.proposal.queries.region_snapshot import region_snapshot
from services.proposal.usecases.catalogue import install as install_layanan
from tests.builders.definitions import WORKFLOW, definition_data
from tests.builders.system import System, demo_system
from tests.journeys.journey import Filed, Journey
from tests.pluggable import followed

DECIDED_BY_PANEL = definition_data(
    code="penghargaan_panel",
    stages=[
        {"stage": stage, **({"decider": "service:panel"} if stage == "opd_head_approval" else {})}
        for stage in WORKFLOW
    ],
    result={"document": "optional"},
    max_open={"count": 99},
)
CASES = "/api/panel/v1/cases"
pytestmark = pytest.mark.slow


@dataclass
class Joined:
    """The installation after the service has joined."""

    system: System
    journey: Journey

    def filed(self) -> Filed:
        filed = self.journey.file("penghargaan_panel", {}, ())
        filed.decide("approve", by="umpeg")
        self.system.drain()
        return filed

    def case_of(self, filed: Filed) -> dict[str, Any]:
        found = self.journey.person("opd_head").get(f"{CASES}?limit=100")["data"]
        return next(item for item in found if item["id"] == filed.id)

    def decide(self, filed: Filed, *, by: str = "opd_head", status: int = 200, **body: Any) -> Any:
        version = self.case_of(filed)["version"]
        person = self.journey.person(by)
        path = f"{CASES}/{filed.id}/decision"
        answer = person.send("POST", path, body, etag=f'"{version}"', status=status)
        self.system.drain()
        return answer.json()


@pytest.fixture(scope="module")
def joined(
    tmp_path_factory: pytest.TempPathFactory, installed: Callable[[Path], None]
) -> Iterator[Joined]:
    data = tmp_path_factory.mktemp("installation")
    before = demo_system(data, public_url="https://simpul.test")
    with before.apps["proposal"].app_context(), in_region("demo"):
        install_layanan([DECIDED_BY_PANEL])
    assert "penghargaan_panel" not in offered_in(before)
    before.close()
    installed(followed.service_folder())

    system = demo_system(data, public_url="https://simpul.test")
    learn_the_past(system)
    yield Joined(system, Journey(system))
    system.close()


def offered_in(system: System) -> set[str]:
    """The codes of the layanan that the region offers."""
    with system.apps["proposal"].app_context(), in_region("demo"):
        snapshot = region_snapshot()
        return {snapshot.layanan[definition_id].code for definition_id in snapshot.offers()}


def learn_the_past(system: System) -> None:
    """What the reconciler does by itself on start and every few minutes."""
    with system.apps["panel"].app_context():
        Reconciler(runtimes.of(system.apps["panel"])).run()
    system.drain()


def test_its_routes_are_on_the_edge_and_in_the_description_of_the_api(joined: Joined) -> None:
    client = joined.system.client()

    assert client.get(CASES).status_code == 401
    paths = client.get("/openapi.json").json["paths"]
    assert CASES in paths
    assert "Panel penilai" in client.get("/").text


def test_the_layanan_that_it_decides_is_offered_from_now_on(joined: Joined) -> None:
    rows = joined.journey.person("applicant").get("/api/proposal/v1/layanan")["data"]

    assert "penghargaan_panel" in {row["code"] for row in rows}


def test_its_event_log_is_served_and_its_dead_list_is_empty(joined: Joined) -> None:
    joined.filed()
    with joined.system.apps["notification"].app_context():
        panel = runtimes.of(joined.system.apps["notification"]).peers["panel"]
        feed = panel.get("/api/panel/v1/events").json()

    assert "panel_case.opened.v1" in {event["type"] for event in feed["data"]}
    assert parked(joined.system) == {}


def test_a_stage_reaches_it_and_the_applicant_is_told_in_its_words(joined: Joined) -> None:
    filed = joined.filed()

    assert joined.case_of(filed)["decision"] is None
    path = f"/api/notification/v1/notices?about=panel_case/{filed.id}"
    [told] = joined.journey.person("applicant").get(path)["data"]
    assert told["event_type"] == "panel_case.opened.v1"
    assert told["service"] == "panel"
    assert told["subject"] == f"Usulan {filed.seen_by()['number']} dinilai panel"


def test_the_notice_also_goes_out_by_mail(joined: Joined) -> None:
    filed = joined.filed()

    mails = [path.read_text() for path in (joined.system.data_dir / "mail").glob("*.eml")]

    number = filed.seen_by()["number"]
    assert any(f"Subject: Usulan {number} dinilai panel" in mail for mail in mails)


def test_its_decision_moves_the_proposal(joined: Joined) -> None:
    filed = joined.filed()

    joined.decide(filed, decision="approve")

    assert filed.stage == "bkpsdm_validation"
    assert filed.history()[-1]["role"] == "service:panel"


def test_it_may_leave_somebody_unselected(joined: Joined) -> None:
    filed = joined.filed()

    joined.decide(filed, decision="not_selected", note="Belum terpilih pada periode ini.")

    assert filed.stage == "not_selected"


def test_it_knows_the_roles_given_before_it_was_there(joined: Joined) -> None:
    filed = joined.filed()

    joined.decide(filed, by="umpeg", decision="approve", status=403)

    assert filed.stage == "opd_head_approval"


def test_the_role_it_brings_is_given_by_identity_and_its_holder_decides(joined: Joined) -> None:
    filed = joined.filed()
    joined.decide(filed, by="bkpsdm_secretary", decision="approve", status=403)
    administrator = joined.journey.person("sysadmin")
    roles = {role["code"]: role for role in administrator.get("/api/identity/v1/roles")["data"]}
    grant = {
        "employee_id": joined.journey.me("bkpsdm_secretary")["id"],
        "role": "panel_member",
        "starts_on": "2026-01-05",
    }

    administrator.send("POST", "/api/identity/v1/role-grants", grant, status=201)
    joined.system.drain()

    joined.decide(filed, by="bkpsdm_secretary", decision="approve")
    assert roles["panel_member"]["title"]["id"] == "Anggota panel"
    assert filed.stage == "bkpsdm_validation"


def test_a_token_whose_session_was_ended_is_void_here_too(joined: Joined) -> None:
    head = joined.journey.person("opd_head_dinkes")
    head.get(CASES)
    path = f"/api/identity/v1/employees/{joined.journey.me('opd_head_dinkes')['id']}"

    joined.journey.person("sysadmin").send("POST", f"{path}/sessions/revoke", status=204)
    joined.system.drain()

    refused = head.call("GET", CASES)
    assert (refused.status, refused.json()["code"]) == (401, "session_revoked")


def parked(system: System) -> dict[str, list[str]]:
    """Events no service could handle, by service."""
    found = {}
    for name, app in system.apps.items():
        runtime = runtimes.of(app)
        inbox = runtime.db.plumbing.inbox
        with app.app_context():
            rows = runtime.db.session.execute(
                inbox.select().where(inbox.c.status == "parked")
            ).all()
        if rows:
            found[name] = [f"{row.type}: {row.error}" for row in rows]
    return found

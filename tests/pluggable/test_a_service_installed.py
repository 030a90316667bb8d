"""The same service as a package of its own, found by its entry point."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.events.envelope import Event
from chassis.process.manifest import discover, load
from gateway.routes import table
from services.notification.adapters import contracts
from services.notification.subscriptions import heard
from tests.architecture.text_checks import CHECKS, Spoken, spoken
from tests.builders.service import settings_for, under_test
from tests.pluggable import checklist, followed


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, installed: Callable[[Path], None]) -> str:
    folder = tmp_path_factory.mktemp("site")
    checklist.write_package(folder, followed.service_folder() / followed.SERVICE)
    installed(folder)
    return "simpul_panel"


def test_an_installed_package_is_found_with_its_routes_and_notices(package: str) -> None:
    manifests = discover()

    assert manifests["panel"].app.startswith(package)
    assert table(manifests).find("/api/panel/v1/cases").owner == "panel"
    assert "panel_case.opened.v1" in heard(manifests)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_its_texts_keep_what_the_built_in_services_keep(
    package: str, check: Callable[[Spoken], None]
) -> None:
    panel = spoken(discover()["panel"])

    assert panel.manifest.app.startswith(package)
    assert panel.texts.notices
    check(panel)


def test_a_region_may_say_its_notice_in_its_own_words(package: str) -> None:
    [notice] = discover()["panel"].notices

    names = contracts.facts(notice.event, discover())
    assert names == {
        "number": False,
        "layanan_name": False,
        "stage": False,
        "applicant_name": True,
    }
    assert contracts.sample(notice.event, discover())["layanan_name"] == "Penghargaan Contoh"


def test_its_app_starts_and_hears(package: str, tmp_path: Path) -> None:
    create_app = load(discover()["panel"].app)
    service = under_test(create_app(settings_for("panel", tmp_path)))
    with service.app.app_context():
        service.runtime.db.metadata.create_all(service.runtime.db.engine)

    service.hear(an_advanced_proposal())

    [opened] = service.recorded("panel_case.opened.v1")
    assert opened.data["number"] == "demo/1"
    with service.app.app_context():
        service.runtime.db.engine.dispose()


def an_advanced_proposal() -> Event:
    proposal = "0190a000-0000-7000-8000-000000000001"
    return Event(
        type="proposal.advanced.v1",
        subject=f"proposal/{proposal}",
        version=3,
        region="demo",
        source="proposal",
        data={
            "proposal_id": proposal,
            "number": "demo/1",
            "layanan": "penghargaan_panel",
            "layanan_name": "Penghargaan Contoh",
            "sensitive": False,
            "applicant_id": "0190a000-0000-7000-8000-000000000002",
            "stage": "opd_head_approval",
        },
    )

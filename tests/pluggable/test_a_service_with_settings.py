"""A service's settings are declared in its manifest, and nothing else has to know of them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from chassis.process import runtime as runtimes
from chassis.process.config import Setting
from chassis.process.manifest import Manifest, ManifestInvalid, discover
from chassis.run import embedded, migration
from ops.cluster import plan
from ops.generators import settings
from ops.generators.compose import compose
from ops.generators.values import Values, env_example
from ops.migration import scratch_app
from ops.parts import declared
from tests.builders.compose import read_env

KIOSK = Path(__file__).parent / "kiosk"
ENGINES = {
    f"BUS_URL_{name.upper()}": f"amqp://{name}@broker/"
    for name in ("kiosk", "identity", "proposal")
}


@pytest.fixture(scope="module", autouse=True)
def kiosk(tmp_path_factory: pytest.TempPathFactory, installed: Callable[[Path], None]) -> None:
    folder = tmp_path_factory.mktemp("dropped")
    shutil.copytree(KIOSK, folder / "services" / "kiosk")
    installed(folder)
    scratch = str(tmp_path_factory.mktemp("scratch"))
    migration.revise(scratch_app(discover()["kiosk"], scratch), "initial")


def started(folder: Path) -> dict[str, object]:
    """What the service reads in the embedded form."""
    extra = {"PASSWORD_MEMORY_KIB": "1024"}
    built = embedded.build(folder, public_url="http://simpul.test", demo=False, extra=extra)
    read = runtimes.of(built.apps["kiosk"]).settings
    names = ("FOLDER", "KEY", "LIGHT", "PAGES", "PLACE")
    told = {name: read[f"KIOSK_{name}"] for name in names}
    built.close()
    return told


def test_the_embedded_form_gives_its_defaults_and_keeps_its_secret(tmp_path: Path):
    first, again = started(tmp_path), started(tmp_path)

    assert first == again
    assert len(str(first.pop("KEY"))) >= 32
    assert first == {
        "FOLDER": f"file:{tmp_path}/kiosk",
        "LIGHT": "off",
        "PAGES": 3,
        "PLACE": "lobby",
    }


def test_a_clusters_processes_are_told_theirs_and_the_issuer_its_client_secret(tmp_path: Path):
    known = plan.load(tmp_path, 0)

    told = known.settings_of("kiosk", ENGINES)

    assert told["KIOSK_FOLDER"] == f"file:{tmp_path}/kiosk"
    assert told["KIOSK_LIGHT"] == "on"
    assert told["BUS_URL"] == "amqp://kiosk@broker/"
    assert told["KIOSK_KEY"] == plan.load(tmp_path, 0).settings_of("kiosk", ENGINES)["KIOSK_KEY"]
    assert "SECRET_KEY" not in told
    assert "KIOSK_KEY" not in known.settings_of("proposal", ENGINES)
    identity = known.settings_of("identity", ENGINES)
    assert identity["CLIENT_SECRET_KIOSK"] == told["CLIENT_SECRET_KIOSK"]


def test_a_deployment_is_asked_for_what_nobody_can_give(tmp_path: Path):
    values = Values(discover())

    told = yaml.safe_load(compose(values))["services"]["kiosk"]["environment"]
    asked = read_env(env_example(values))

    assert told["KIOSK_FOLDER"] == "${KIOSK_FOLDER:?fill it in deploy/.env}"
    assert told["KIOSK_KEY"] == "${KIOSK_KEY:?fill it in deploy/.env}"
    assert told["KIOSK_LIGHT"] == "on"
    assert told["KIOSK_PAGES"] == "${KIOSK_PAGES:-3}"
    assert {name: asked.get(name) for name in told if name.startswith("KIOSK")} == {
        "KIOSK_FOLDER": "",
        "KIOSK_KEY": "",
        "KIOSK_LIGHT": None,
        "KIOSK_PAGES": "3",
        "KIOSK_PLACE": "",
    }


def test_the_page_of_settings_lists_them():
    page = settings.page(discover())

    assert "## kiosk" in page
    assert "| `KIOSK_FOLDER` | must be given | `file:{data}/kiosk` |" in page
    assert "| `KIOSK_KEY` | must be given | generated | yes |" in page


@pytest.mark.parametrize(
    ("contrary", "named"),
    [
        (Setting("PROXIES_IN_FRONT", default="0", distributed="7"), "another .* PROXIES_IN_FRONT"),
        (Setting("MAIL_URL", embedded="log:"), "another part's MAIL_URL differs"),
        (Setting("PROBE_PATH", default="/"), "another part's PROBE_PATH differs"),
        (Setting("DATABASE_URL_IDENTITY", embedded="sqlite://"), "DATABASE_URL_IDENTITY differs"),
        (Setting("BUS_URL", default="kafka:x"), "visitors: BUS_URL is declared twice"),
        (Setting("DATABASE_URL"), "visitors: DATABASE_URL is declared twice"),
        (Setting("CLIENT_SECRET_VISITORS"), "visitors: CLIENT_SECRET_VISITORS is declared twice"),
    ],
    ids=lambda value: value.name if isinstance(value, Setting) else "",
)
def test_a_service_cannot_change_the_settings_of_others(contrary: Setting, named: str):
    manifests = discover()
    manifests["visitors"] = Manifest("visitors", {}, "nowhere:create_app", settings=(contrary,))

    with pytest.raises(ManifestInvalid, match=named):
        declared(manifests)


def test_a_service_may_read_what_another_is_given():
    shared = next(s for s in discover()["identity"].settings if s.name == "PASSWORD_AT_ONCE")
    manifests = discover()
    manifests["visitors"] = Manifest("visitors", {}, "nowhere:create_app", settings=(shared,))

    assert declared(manifests)["visitors"][-1] == shared


def test_the_embedded_form_does_not_start_with_such_a_service(tmp_path: Path):
    fronts = {"gateway": [Setting("KIOSK_PAGES", embedded="9")]}

    with pytest.raises(ManifestInvalid, match="gateway: another part's KIOSK_PAGES differs"):
        embedded.build(tmp_path, public_url="http://simpul.test", demo=False, fronts=fronts)

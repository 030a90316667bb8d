"""deploy/: the generated files are whole, and true to what the parts declare."""

import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis.process import config
from chassis.process.clock import now
from chassis.process.manifest import discover, load
from ops.generators.values import Values
from ops.parts import FRONTS
from tests.builders.compose import Incomplete, filled, read_env

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
ASKED = read_env((DEPLOY / "env.example").read_text())
SERVICES = list(discover())
OURS = [name for name, one in COMPOSE["services"].items() if "build" in one]


def invented():
    return {name: value or f"invented-{name.lower():-<32}" for name, value in ASKED.items()} | {
        "PUBLIC_URL": "https://simpul.example",
        "MAIL_FROM": "simpul@kota.example",
    }


def answers():
    """What somebody fills in who reads `Must` and leaves the rest as it is."""
    text, must = (DEPLOY / "env.example").read_text(), {}
    for name in re.findall(r"^# Must\. .*\n(\w+)=$", text, re.MULTILINE):
        must[name] = invented()[name]
    return ASKED | must


def environment_of(process):
    return filled(COMPOSE["services"][process]["environment"], answers())


def test_the_compose_file_keeps_to_the_compose_specification():
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")),
        ],
        capture_output=True,
        check=False,
        text=True,
    )

    assert checked.returncode == 0, checked.stdout


def test_every_name_used_is_asked_for_and_every_name_asked_for_is_used():
    used = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))

    assert used == set(ASKED)


def test_no_secret_has_a_value():
    values = Values(discover())
    secret = {v.asked for part in (*SERVICES, *FRONTS) for v in values.of(part) if v.setting.secret}
    secret |= {name for name in ASKED if re.search("PASSWORD_|_PASSWORD$|SECRET|KEY|OWNER", name)}
    secret -= {"PASSWORD_MEMORY_KIB", "PASSWORD_AT_ONCE"}

    assert len(secret) > 20
    assert {name for name in secret if ASKED[name]} == set()


@pytest.mark.parametrize("part", [*SERVICES, *FRONTS])
def test_every_setting_a_part_declares_is_in_the_file_or_fixed(part):
    text = (DEPLOY / "env.example").read_text()

    for value in Values(discover()).of(part):
        assert value.name in COMPOSE["services"][part]["environment"]
        assert re.search(rf"^(#   )?{value.asked}=", text, re.MULTILINE), value.asked


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_three_processes(service):
    migrate, web, worker = (COMPOSE["services"][service + s] for s in ("-migrate", "", "-worker"))

    assert migrate["command"][-2:] == ["migrate", service]
    assert worker["command"][-2:] == ["work", service]
    assert "command" not in web
    for process in (web, worker):
        after = process["depends_on"][f"{service}-migrate"]
        assert after["condition"] == "service_completed_successfully"
        assert not any(name.startswith("OWNER") for name in process["environment"])


@pytest.mark.parametrize("part", [*SERVICES, *FRONTS])
def test_a_part_is_told_its_own_secrets_and_nobody_elses(part):
    told = set(COMPOSE["services"][part]["environment"])
    mine = {f"DATABASE_URL_{part.upper()}", f"CLIENT_SECRET_{part.upper()}"}

    theirs = {n for n in told - mine if n.startswith(("DATABASE", "CLIENT", "OWNER", "BROKER"))}

    assert theirs == set() or part == "identity"
    assert not any(name.startswith(("DATABASE", "OWNER", "BROKER")) for name in theirs)


@pytest.mark.parametrize("process", OURS)
def test_our_processes_may_do_little(process):
    described = COMPOSE["services"][process]

    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in described
    assert "user" not in described


def test_only_the_edge_and_the_mail_catchers_page_are_reached_from_outside():
    reached = {name: one["ports"] for name, one in COMPOSE["services"].items() if "ports" in one}

    assert reached == {"edge": ["${PUBLIC_PORT:-8080}:8000"], "mail": ["127.0.0.1:8025:8025"]}
    assert "engines" not in COMPOSE["services"]["edge"]["networks"]
    assert COMPOSE["networks"]["engines"] == {"internal": True}


def test_what_a_process_waits_for_exists():
    for described in COMPOSE["services"].values():
        assert set(described.get("depends_on", {})) <= set(COMPOSE["services"])


def test_nothing_asked_for_is_left_to_chance():
    for name in [name for name, value in answers().items() if not ASKED[name] and value]:
        without = answers() | {name: ""}
        with pytest.raises(Incomplete, match=name):
            for described in COMPOSE["services"].values():
                filled(described.get("environment", {}), without)


@pytest.mark.parametrize("process", [f"{s}{p}" for s in SERVICES for p in ("", "-worker")])
def test_a_service_accepts_the_settings_it_would_get(process):
    service = process.removesuffix("-worker")

    app = load(discover()[service].app)(environment_of(process))

    assert app is not None


@pytest.mark.parametrize("front", FRONTS)
def test_gateway_and_portal_accept_the_settings_they_would_get(front):
    declared = [value.setting for value in Values(discover()).of(front)]

    known = config.read(front, declared, environment_of(front))

    assert known.public_url == "https://simpul.example"


def test_the_engines_urls_name_the_engines_of_the_file():
    told = environment_of("documents")

    assert told["DATABASE_URL_DOCUMENTS"].startswith("postgresql+psycopg://documents:invented")
    assert told["DATABASE_URL_DOCUMENTS"].endswith("@postgres/documents")
    assert told["BUS_URL"].endswith("@rabbitmq/simpul")
    assert "@objects:8333/simpul-documents" in told["STORE_URL"]
    assert {"postgres", "rabbitmq", "objects", "edge"} <= set(COMPOSE["services"])


def test_no_image_is_of_the_server_that_is_no_longer_made():
    images = [service["image"] for service in COMPOSE["services"].values()]

    assert not any("minio" in image for image in images)
    assert not any(image.endswith(":latest") or ":" not in image for image in images)


def test_images_run_without_root_and_fetch_nothing_unchecked():
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    kept = [stage for stage in stages if re.search(r" AS edge|^python:\S+$", stage, re.MULTILINE)]

    assert len(kept) == 2
    for stage in kept:
        assert re.findall(r"^USER (\S+)", stage, re.MULTILINE)[-1] in {"101", "10001"}
    assert not re.search(r"curl|wget|^ADD ", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE
    assert "pip install" not in DOCKERFILE.replace("/venv/bin/pip install", "", 1)


@pytest.mark.parametrize("tls", [False, True])
def test_nginx_takes_the_edges_configuration(tls, tmp_path):
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    conf = tmp_path / "nginx.conf"
    conf.write_text(here(DEPLOY / f"nginx{'-tls' if tls else ''}.conf", tmp_path))
    if tls:
        a_certificate(tmp_path)

    told = subprocess.run(
        [program, "-t", "-p", str(tmp_path), "-e", "stderr", "-c", str(conf)],
        capture_output=True,
        check=False,
        text=True,
    )

    assert "syntax is ok" in told.stderr
    assert told.returncode == 0, told.stderr


def here(conf, folder):
    """The configuration for nginx of Debian 12, which knows no `resolve`, and for no network."""
    text = conf.read_text()
    assert text.count(":8000 resolve ") == len(SERVICES) + len(FRONTS)
    text = re.sub(r"server [a-z-]+:8000 resolve ", "server 127.0.0.1:8000 ", text)
    # The image does so, from its environment.
    text = text.replace("${PROXIES_IN_FRONT}", "1").replace("${HSTS_SUBDOMAINS}", "off")
    return text.replace(" /tmp/", f" {folder}/").replace("/etc/simpul/certificates", str(folder))


def a_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "simpul.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now()).not_valid_after(now() + timedelta(days=2))
    (folder / "full.pem").write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


@pytest.mark.parametrize(
    "unit", ["simpul-web@", "simpul-worker@", "simpul-migrate@", "simpul.target"]
)
def test_systemd_takes_the_units(unit, tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    name = f"{unit}.service" if unit.endswith("@") else unit
    kept = tmp_path / name.replace("@.", "@proposal.")
    for file in (DEPLOY / "systemd").iterdir():
        text = file.read_text().replace("/opt/simpul", str(ROOT))
        (kept if file.name == name else tmp_path / file.name).write_text(text)

    told = subprocess.run(
        [program, "verify", "--man=no", str(kept)], capture_output=True, check=False, text=True
    )

    assert (told.returncode, told.stderr) == (0, "")

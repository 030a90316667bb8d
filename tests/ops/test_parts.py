"""What keeps a part from being built is one line, from whichever command it was to be."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from flask import Blueprint

from chassis.kernel.roles import Role
from chassis.process.config import Setting
from chassis.process.manifest import Route, discover
from ops import dead, installed, migrate, parts, serve, serving
from ops.main import main
from ops.speech import Stop
from portal.shell.sections import Section
from tests.builders.manifests import Imagined
from tests.builders.service import settings_for

UMPEG = Role("umpeg", {"id": "Lain", "en": "Another"})
CONTRARY = [
    (Imagined("twin", {}, routes=(Route("/api/proposal/"),)), "/api/proposal/"),
    (Imagined("twin", {}, roles=(UMPEG, replace(UMPEG, head=True))), "umpeg differs"),
    (Imagined("twin", {}, settings=(Setting("BUS_URL"),)), "BUS_URL is declared twice"),
]


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(migrate, "configure_logs", lambda: None)


@pytest.fixture
def environ(monkeypatch, tmp_path):
    """The settings of documents in this process."""
    for name, value in settings_for("documents", tmp_path).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def the_line(capsys) -> str:
    [line] = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize(("twin", "told"), CONTRARY)
@pytest.mark.parametrize("command", ["up", "generate"])
def test_services_that_contradict_each_other_are_told_at_once(
    monkeypatch, tmp_path, capsys, command, twin, told
):
    monkeypatch.setattr(installed, "discover", lambda: discover() | {"twin": twin})
    data = ["--data", str(tmp_path / "data")] if command == "up" else []

    assert main([command, *data]) == 2

    line = the_line(capsys)
    assert "tidak saling cocok" in line
    assert told in line
    assert not (tmp_path / "data").exists()


def test_sections_that_contradict_each_other_are_told_at_once(monkeypatch, tmp_path):
    twins = [Section(name="twin", pages=Blueprint("twin", __name__)) for _ in range(2)]
    monkeypatch.setattr("portal.shell.sections._installed", lambda: twins)
    environment = {"PUBLIC_URL": "http://simpul.test", "SECRET_PORTAL": "x" * 32}
    for name, value in (environment | {"PEERS_URL": "http://edge.test"}).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(Stop, match="two sections are called 'twin'"):
        serve.built(parts.factories({})["portal"])


def test_migrating_without_settings_names_them(monkeypatch, capsys):
    monkeypatch.delenv("DATABASE_URL_DOCUMENTS", raising=False)

    assert main(["migrate", "documents"]) == 2

    line = the_line(capsys)
    assert "pengaturan belum benar" in line
    assert "DATABASE_URL_DOCUMENTS" in line


@pytest.mark.parametrize(
    ("owner_url", "told"),
    [
        ("nonsense", "OWNER_URL_DOCUMENTS bukan alamat basis data"),
        ("postgresql+psycopg://simpul:hush@host:port/x", "OWNER_URL_DOCUMENTS bukan alamat"),
        ("mysql://simpul:hush@host/x", "pengaturan belum benar"),
        ("postgresql+psycopg://simpul:hush@127.0.0.1:1/x", "basis data tidak dapat dipakai"),
    ],
)
def test_an_owners_address_that_leads_nowhere_is_told_without_its_password(
    environ, capsys, owner_url, told
):
    environ.setenv("OWNER_URL_DOCUMENTS", owner_url)

    assert main(["migrate", "documents"]) == 2

    line = the_line(capsys)
    assert told in line
    assert "hush" not in line


@pytest.mark.parametrize(
    "choosing",
    [dead.chosen_services, serve.factory_of, lambda name: migrate.chosen([name])],
    ids=["dead", "serve", "migrate"],
)
def test_every_command_says_in_the_same_words_which_parts_there_are(choosing):
    with pytest.raises(Stop, match=r"tidak ada bagian 'nowhere'; yang ada: .*proposal"):
        choosing("nowhere")


def test_a_process_whose_part_cannot_be_built_ends_with_one_line(capsys):
    web = serve.Web("nowhere:create_app")
    web.build = lambda: parts.known("nowhere", ["proposal"])

    with pytest.raises(SystemExit) as ended:
        serving.Server.load(SimpleNamespace(_service=web))

    assert ended.value.code == serving.COULD_NOT_START
    assert "nowhere" in the_line(capsys)

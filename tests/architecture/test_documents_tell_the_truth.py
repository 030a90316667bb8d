"""A sentence in the documents that a machine can check is checked here."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ops.generate import files
from tests.architecture.named_things import (
    unknown_addresses,
    unknown_beginnings,
    unknown_labels,
    unknown_settings,
    wrong_commands,
)

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
MADE_BY_THE_OPERATOR = ("deploy/certificates/",)
TEMPLATES = sorted(
    path for place in ("gateway", "portal", "services") for path in ROOT.glob(f"{place}/**/*.html")
)
# Code that writes an address of another part into a mail, a paper or a page.
WRITERS = ("services/*/usecases/*.py", "services/*/adapters/*.py", "portal/sections/*/reading.py")
SOURCES = sorted(path for place in WRITERS for path in ROOT.glob(place))
DEPLOYMENT = [ROOT / "deploy" / "compose.yaml", *sorted(ROOT.glob("deploy/systemd/*.service"))]
TEXTS = (".md", ".toml", ".yml", ".yaml", ".json", ".py", ".html", ".txt", ".cfg", ".ini", ".css")
LINK = re.compile(r"(?<!!)!?\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(
    r"`((?:chassis|deploy|docs|gateway|ops|portal|requirements|services|staff|tests)/[\w./-]+)`"
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|Users|home/[a-z]+)/")
NIP = re.compile(r"(?<!\d)(?:19|20)\d{16}(?!\d)")
FIRST_SERIAL_OF_INVENTED_PEOPLE = 700


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchor(heading: str) -> str:
    """The anchor a heading gets on the usual hosts."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {anchor(re.sub(r"[`*]", "", heading)) for heading in headings}


def broken_links(page: Path, text: str) -> list[str]:
    return [
        target
        for target in LINK.findall(text)
        if not re.match(r"[a-z]+:", target) and not _leads_somewhere(page, target)
    ]


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, fragment = target.partition("#")
    place = (page.parent / path).resolve() if path else page
    if not place.exists():
        return False
    return not fragment or place.suffix != ".md" or fragment in anchors(place)


def _files() -> Iterator[Path]:
    for folder in (
        "chassis",
        "docs",
        "gateway",
        "ops",
        "portal",
        "services",
        "staff",
        "tests",
        "bench",
    ):
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS)
    yield from (path for path in ROOT.iterdir() if path.suffix in TEXTS)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_of_a_page_leads_somewhere(page):
    assert broken_links(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_of_a_page_is_one_with_the_options_it_names(page):
    assert list(wrong_commands(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_a_page_names_exists(page):
    named = FILE.findall(page.read_text(encoding="utf-8"))

    there = [*MADE_BY_THE_OPERATOR, *(path for path in named if (ROOT / path).exists())]
    assert [path for path in named if path not in there] == []


def test_a_broken_link_and_an_unknown_command_are_found():
    page = ROOT / "README.md"

    assert broken_links(page, "[x](docs/nowhere.md) [y](README.md#nowhere)") == [
        "docs/nowhere.md",
        "README.md#nowhere",
    ]
    assert list(wrong_commands("run `./simpul teleport`")) == ["teleport"]


@pytest.mark.parametrize("page", [*PAGES, *TEMPLATES], ids=_name)
def test_every_address_of_ours_that_is_named_is_answered(page):
    assert unknown_addresses(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", SOURCES, ids=_name)
def test_every_address_that_code_writes_into_a_message_is_answered(module):
    assert unknown_beginnings(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_setting_a_page_names_is_read_somewhere(page):
    assert unknown_settings(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_button_and_menu_entry_that_is_named_is_on_a_page(page):
    assert unknown_labels(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", DEPLOYMENT, ids=_name)
def test_every_command_of_a_deployment_is_one_with_the_options_it_names(page):
    assert list(wrong_commands(page.read_text(encoding="utf-8"))) == []


def test_what_is_not_there_is_found():
    assert list(wrong_commands("`./simpul up --prot 1`"))
    assert list(wrong_commands("./simpul doctor --data DIR   # fine")) == []
    assert unknown_addresses("see `/portal/nowhere` and $ID/unit") == ["/portal/nowhere"]
    assert unknown_addresses("ID=$URL/api/identity/v1\n$ID/unitz\n$ID/units") == [
        "/api/identity/v1/unitz"
    ]
    assert unknown_settings("`PUBLIC_URL`, `PUBLIK_URL`, `OWNER_URL_<SERVICE>`") == ["PUBLIK_URL"]
    assert unknown_labels("pilih **Kirim usulan**, tombol\n**Terbangkan**, **NIP**") == [
        "Terbangkan"
    ]


@pytest.mark.parametrize("name", files())
def test_a_generated_file_is_what_its_source_gives(name):
    assert (ROOT / name).read_text(encoding="utf-8") == files()[name]


def test_the_public_description_has_what_the_standard_asks():
    public = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))

    assert float(public["publiccodeYmlVersion"]) >= 0.4
    for key in ("name", "url", "platforms", "softwareType", "developmentStatus", "localisation"):
        assert public[key], key
    assert public["localisation"]["availableLanguages"] == ["id", "en"]
    assert public["maintenance"]["contacts"]
    for language in public["localisation"]["availableLanguages"]:
        described = public["description"][language]
        assert len(described["shortDescription"]) <= 150
        assert 150 <= len(described["longDescription"]) <= 10_000
        assert all(len(feature) <= 100 for feature in described["features"])


def test_one_version_and_one_licence_are_named_everywhere():
    public = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert public["softwareVersion"] == project["version"]
    assert f"## [{project['version']}]" in changes
    assert public["legal"]["license"] == "MPL-2.0"
    assert (
        (ROOT / "LICENSE")
        .read_text(encoding="utf-8")
        .startswith("Mozilla Public License Version 2.0")
    )


def test_no_file_names_a_path_of_somebodys_machine():
    found = [
        path.relative_to(ROOT).as_posix()
        for path in _files()
        if path != Path(__file__) and MACHINE_PATH.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_every_nip_in_the_repository_belongs_to_an_invented_person():
    """The serial counts people of equal birth date, appointment and sex, from 1: not to 700."""
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {nip}"
        for path in _files()
        for nip in NIP.findall(path.read_text(encoding="utf-8"))
        if 0 < int(nip[-3:]) < FIRST_SERIAL_OF_INVENTED_PEOPLE
    ]

    assert found == []

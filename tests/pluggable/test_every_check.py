"""A service by the guide passes every check that services get, in a copy where nothing was edited."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.kernel.languages import LANGUAGES
from chassis.process.manifest import discover
from ops.generators.texts import ASKED
from tests.pluggable import followed
from tests.pluggable.checklist import ROOT, service_files

# Run in the copy, for the new service and for what is asked of all together.
CHECKS = (
    (
        "tests/architecture/test_services_look_alike.py",
        "tests/architecture/test_texts.py",
        "tests/architecture/test_glossary.py",
        "tests/architecture/test_every_api.py",
        "tests/architecture/test_patterns.py",
        "tests/architecture/test_lean_starts.py",
        "tests/contracts/test_hearers_take_the_producers_samples.py",
        "tests/contracts/test_malformed_events.py",
        "tests/contracts/test_idle_services.py",
    ),
    ("tests/journeys/test_regions_do_not_leak.py", "tests/journeys/test_raw_bodies.py"),
)
# They ask every service too. What each is about does not change with one that joins.
ELSEWHERE = {
    "tests/ops/test_generate.py": "what the command does; it is run in the copy below",
    "tests/ops/test_trace.py": "looks into a running system",
    "tests/ops/test_parts.py": "faults in manifests of its own",
    "tests/ops/test_deployment.py": "generated files; the kiosk joins in test_a_service_with_settings",
    "tests/ops/test_images.py": "images of the release",
    "tests/ops/test_smallest_environments.py": "what a release's images need",
    "tests/gateway/test_edge.py": "routes of the release; test_a_service_dropped_in",
    "tests/gateway/test_pages.py": "the pages of the release; test_a_service_dropped_in",
    "tests/journeys/test_any_order_of_starting.py": "the four that start together",
    "tests/journeys/test_cost_of_texts.py": "texts of the release; patterns are checked in the copy",
    "tests/notification/test_manifests.py": "rules of the release; test_a_service_dropped_in",
    "tests/notification/test_api_notice_texts.py": "the panel's words: test_a_service_installed",
    "tests/notification/test_domain_attempts.py": "channels",
    "tests/notification/test_channels.py": "channels",
    "tests/faults/test_golden_histories.py": "histories of earlier releases",
    "tests/browser/test_sections.py": "sections of the portal",
    "tests/engines/test_regions_on_postgres.py": "engines; the same matrix as the leaks",
    "tests/engines/test_two_workers.py": "engines",
    "tests/engines/test_edge_conformance.py": "engines",
    "tests/engines/test_lists_on_postgres.py": "engines",
    "tests/engines/test_growth_on_postgres.py": "engines; the same questions as of growth",
    "tests/pluggable/test_a_channel.py": "a guide of its own",
    "tests/pluggable/test_a_section.py": "a guide of its own",
    "tests/pluggable/test_a_service_installed.py": "this guide, as a package",
    "tests/pluggable/test_a_service_with_settings.py": "a service with settings",
    "tests/pluggable/test_every_check.py": "this list",
    "tests/proposal/test_subscriptions.py": "one service's own",
    "tests/portal/test_sections.py": "sections of the portal",
}
MOST_LINES = 200
ASKS_EVERY_SERVICE = re.compile(r"\bdiscover\(\)|\bMANIFESTS\b|\bSERVICES\b")


def panels() -> str:
    """Choose the new service's and what no other service is named in."""
    return f"panel or not ({' or '.join(sorted(discover()))})"


@pytest.mark.slow
@pytest.mark.parametrize("checks", CHECKS, ids=lambda paths: Path(paths[0]).stem)
def test_it_passes(checks: tuple[str, ...]):
    done = checked(followed.tree(), *checks, "-k", panels())

    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "lint",
    [
        ("-m", "ruff", "check", "--no-cache", "services/panel"),
        ("-m", "ruff", "format", "--check", "--no-cache", "services/panel"),
        ("-m", "mypy", "services/panel"),
        ("-c", "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"),
    ],
    ids=("ruff", "format", "mypy", "imports"),
)
def test_it_passes_the_lint(lint: tuple[str, ...]):
    done = followed.run(followed.tree(), *lint)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_no_existing_file_is_edited_by_hand():
    copy = followed.tree()
    made = {line.split("/", 1)[0] for line in ("docs", "deploy")}
    changed = {
        path.relative_to(copy).as_posix()
        for path in files_of(copy)
        if not (ROOT / path.relative_to(copy)).exists()
        or path.read_bytes() != (ROOT / path.relative_to(copy)).read_bytes()
    }

    rest = {name for name in changed if not name.startswith("services/panel/")}
    assert {name.split("/", 1)[0] for name in rest} <= made
    assert followed.run(copy, "-m", "ops", "generate", "--check").returncode == 0


@pytest.mark.slow
def test_a_text_that_nobody_wrote_is_found(tmp_path: Path):
    places = followed.tree().parent / "places"
    copy = tmp_path / "tree"
    shutil.copytree(followed.tree(), copy, ignore=shutil.ignore_patterns(*followed.LEFT_OUT))
    for language in LANGUAGES:
        shutil.copy(places / f"{language}.toml", copy / followed.SERVICE / "texts")

    done = checked(copy, "tests/architecture/test_texts.py", "-k", "keeps and panel")

    told = tomllib.loads((places / "id.toml").read_text("utf-8"))
    assert told["notices"]["panel_case_opened"] == {"subject": ASKED, "body": ASKED}
    assert done.returncode == 1
    assert "nothing_is_still_to_be_written-panel" in done.stdout


def test_it_is_two_hundred_lines_of_python_at_most():
    """Blank lines are not counted; contracts, samples and the migration are written by commands."""
    lines = [
        line
        for path, text in service_files().items()
        if path.endswith(".py")
        for line in text.splitlines()
        if line.strip()
    ]

    assert len(lines) <= MOST_LINES
    assert not [path for path in service_files() if "contracts" in path or "migrations" in path]


def test_every_check_that_asks_every_service_is_in_one_of_the_lists():
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if "parametrize" in (text := path.read_text("utf-8")) and ASKS_EVERY_SERVICE.search(text)
    }
    run = {check for checks in CHECKS for check in checks}

    assert asking - run - ELSEWHERE.keys() == set()
    assert ELSEWHERE.keys() - asking == set()
    assert [check for check in run if not (ROOT / check).exists()] == []


def checked(folder: Path, *what: str) -> subprocess.CompletedProcess[str]:
    return followed.run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *what)


def files_of(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        cached = {"__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache"}
        cached.add(".simpul")  # what tests of the tree report
        if path.is_file() and not cached & set(path.relative_to(folder).parts):
            yield path

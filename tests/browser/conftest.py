"""A real Chromium against a running system. `SCREENSHOTS=<folder>` keeps what it saw.

Each screen is looked at once, on a phone, in the embedded form; the rest of the matrix is the
journey itself. Wide screens and the other pairs are for `./simpul prove`.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.people import People, Visit
from tests.builders.system import System, served_system

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[System]:
    """A system of the test's own, in which nobody has used a code yet."""
    system = served_system(tmp_path / "system")
    yield system
    system.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists() and os.environ.get("CI") != "true":
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def people(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[People]:
    """Everybody at their browsers, as the test's `Visit` says."""
    visit = getattr(request, "param", Visit())
    system = request.getfixturevalue(visit.form)
    folder = os.environ.get("SCREENSHOTS")
    everybody = People(system, chromium, visit, Path(folder) if folder else None)
    yield everybody
    everybody.leave()
    assert everybody.complaints == [], "\n".join(everybody.complaints)

"""A real Chromium against a running system. `SCREENSHOTS=<folder>` keeps what it saw."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.people import People
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


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    if not Path(CHROMIUM).exists() and os.environ.get("CI") != "true":
        pytest.skip("Chromium is not installed")
    system = served_system(tmp_path_factory.mktemp("browser"))
    yield system
    system.close()


@pytest.fixture(scope="session")
def chromium(running: System) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def people(
    running: System, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[People]:
    folder = os.environ.get("SCREENSHOTS")
    shots = Path(folder) if folder else tmp_path_factory.mktemp("screenshots")
    shots.mkdir(parents=True, exist_ok=True)
    everybody = People(running, chromium, shots)
    yield everybody
    everybody.leave()
    assert everybody.complaints == [], "\n".join(everybody.complaints)

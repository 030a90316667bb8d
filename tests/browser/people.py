"""People at their browsers: signing in as the portal asks, taking pictures of what they see."""

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ops.journey.sign_in import MOST_CODES, codes_to_try
from tests.builders.form import Form

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
PATIENCE_MS = 120_000  # a fuse, not a limit: a build machine may be slow
NEW_PASSWORD = "contoh-sandi-panjang-27"


expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Visit:
    """Where people go and with what: a form of the system, scripts or none, screens to look at."""

    form: str = "embedded"
    scripts: bool = True
    screens: tuple[dict[str, int], ...] = (PHONE,)


@dataclass
class People:
    """Everybody who takes part; `complaints` collects what the browser's console said."""

    system: Form
    browser: Browser
    visit: Visit
    shots: Path | None
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def visitor(self, viewport: dict[str, int] = DESK, **options: Any) -> Page:
        """Open a browser of its own, with no session."""
        options.setdefault("java_script_enabled", self.visit.scripts)
        context = self.browser.new_context(
            viewport=viewport,
            locale="id-ID",
            accept_downloads=True,
            ignore_https_errors=True,  # the certificate is of the test's own making
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        return page

    def signed_in(self, key: str, viewport: dict[str, int] = DESK, **options: Any) -> Page:
        """Sign in through the pages a person sees, second factor and all."""
        page = self.visitor(viewport, **options)
        page.goto(f"{self.system.public_url}/portal/masuk")
        self.identify(page, key)
        page.wait_for_url("**/portal/")
        return page

    def identify(self, page: Page, key: str) -> None:
        """Answer what identity asks, wherever the sign-in began."""
        account = self.system.account(key)
        page.fill("input[name=nip]", account.nip)
        page.fill("input[name=password]", account.password)
        send(page, "main button[type=submit], main form button")
        if page.locator("input[name=totp]").count():
            enter_code(page, account.totp_secret or "")
        if page.locator("input[name=new_password]").count():
            page.fill("input[name=new_password]", NEW_PASSWORD)
            page.fill("input[name=new_password_again]", NEW_PASSWORD)
            send(page, "main form button")

    def picture(self, page: Page, name: str) -> None:
        """Look at the page as it is now, on each screen of this visit, and keep what was seen."""
        own = page.viewport_size or DESK
        for size in self.visit.screens:
            page.set_viewport_size(size)
            self.shots_of(page, f"{name}-{size['width']}", full_page=True)
            assert_fits(page, name)
        page.set_viewport_size(own)

    def shots_of(self, page: Page, name: str, *, full_page: bool = False) -> None:
        """Keep what the screen shows, just as it is."""
        if self.shots:
            self.shots.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self.shots / f"{name}.png", full_page=full_page)

    def leave(self) -> None:
        for context in self._contexts:
            context.close()

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(f"console: {message.text}")


def send(page: Page, button: str) -> None:
    """Send a form and wait for the page that answers; until then the old one is still there."""
    follow(page, page.locator(button).first)


def follow(page: Page, target: Locator) -> None:
    """Click what leads to another page, and wait until that page is there."""
    with page.expect_navigation():
        target.click()


def enter_code(page: Page, secret: str) -> None:
    for code in islice(codes_to_try(secret), MOST_CODES):
        page.fill("input[name=totp]", code)
        send(page, "main form button")
        if not page.locator("input[name=totp]").count():
            return


def assert_fits(page: Page, name: str) -> None:
    """No page scrolls sideways, on a phone least of all."""
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert beyond <= 0, f"{name}: {beyond} px wider than the screen"


def nameless(page: Page) -> list[str]:
    """What a screen reader could not name."""
    script = """() => [...document.querySelectorAll(
        "input:not([type=hidden]), select, textarea, button, a[href]")]
      .filter((e) => !(e.labels && e.labels.length) && !e.getAttribute("aria-label")
        && !e.textContent.trim() && !e.title)
      .map((e) => e.outerHTML.slice(0, 120))"""
    found: list[str] = page.evaluate(script)
    return found

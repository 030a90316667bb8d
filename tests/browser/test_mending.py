"""A scan that is too large is made smaller before the eyes of its owner, on a telephone."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, People, assert_fits, follow
from tests.builders.scans import a_scan_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_scan_too_large_is_mended_looked_at_and_attached(people: People, tmp_path: Path):
    scan = tmp_path / "SKP 2025.pdf"
    scan.write_bytes(a_scan_of("L", dpi=300, pages=3))
    page = people.signed_in("applicant", PHONE)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    follow(page, page.get_by_role("button", name="Mulai usulan"))
    row = page.locator(".upload").first

    row.locator("input[type=file]").set_input_files(scan)
    follow(page, row.get_by_role("link", name="Perbaiki berkas"))

    expect(page.get_by_text("lebih besar dari 1 MB")).to_be_visible()
    looks_right(people, page, "80-mending-offered")
    follow(page, page.get_by_role("button", name="Perbaiki dan tunjukkan hasilnya"))

    expect(page.get_by_text("Resolusi gambar diturunkan dari 300 ke")).to_be_visible()
    assert drawn(page) == [900, 900]
    looks_right(people, page, "81-mending-result")
    follow(page, page.get_by_role("button", name="Pakai hasil ini"))

    expect(page.locator(".upload").first.locator(".there")).to_contain_text("SKP 2025.pdf")
    expect(page.locator(".upload").first.locator(".there")).to_contain_text("3 halaman")


def drawn(page: Page) -> list[int]:
    """Scroll past every picture of a page; return how wide each really is."""
    pictures = page.locator(".compared img").all()
    for picture in pictures:
        picture.scroll_into_view_if_needed()
        page.wait_for_function(
            "img => img.complete && img.naturalWidth", arg=picture.element_handle()
        )
    return [int(picture.evaluate("img => img.naturalWidth")) for picture in pictures]


def looks_right(people: People, page: Page, name: str) -> None:
    assert_fits(page, name)
    people.picture(page, name)
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []

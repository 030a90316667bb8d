"""What is shown once, and what is shown first: recovery codes, and a new region's first steps."""

from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, People, assert_fits, nameless, send

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOXES = """() => [...document.querySelectorAll("#codes li")].map((line) => {
  const range = document.createRange();
  range.selectNodeContents(line);
  const box = range.getBoundingClientRect();
  return [box.left, box.top, box.right, box.bottom];
})"""


def test_recovery_codes_are_read_copied_printed_and_downloaded_on_a_narrow_telephone(
    people: People, tmp_path: Path
):
    page = people.signed_in("applicant", PHONE)
    page.goto(f"{people.system.public_url}/masuk/pasang-autentikator")
    assert_fits(page, "enrolment")
    people.shots_of(page, "enrolment", full_page=True)
    secret = page.locator("#secret").get_attribute("data-text") or ""
    assert page.locator('a[href^="otpauth://totp/"]').is_visible()
    page.get_by_role("button", name="Salin kunci").click()
    expect(page.locator("[data-copied]")).to_be_visible()
    page.fill("input[name=password]", people.system.account("applicant").password)
    page.fill("input[name=totp]", pyotp.TOTP(secret).now())
    send(page, "main form button")

    codes = page.locator("#codes li").all_inner_texts()
    assert len(codes) == 10
    assert_fits(page, "recovery codes")
    assert overlapping(page.evaluate(BOXES)) == []
    people.shots_of(page, "recovery-codes", full_page=True)
    page.get_by_role("button", name="Salin semua kode").click()
    expect(page.locator("[data-copied]")).to_be_visible()
    expect(page.get_by_role("button", name="Cetak")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh sebagai berkas").click()
    download.value.save_as(tmp_path / "codes.txt")
    saved = (tmp_path / "codes.txt").read_text("utf-8").splitlines()
    assert [line for line in saved if line in codes] == codes


def overlapping(boxes: list[list[float]]) -> list[tuple[int, int]]:
    return [
        (first, second)
        for first, a in enumerate(boxes)
        for second, b in enumerate(boxes)
        if first < second and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def test_a_new_regions_administrator_sees_the_first_steps_on_a_telephone(people: People):
    page = people.signed_in("sysadmin", PHONE)

    page.goto(f"{people.system.public_url}/portal/langkah-awal")

    assert page.locator("ol.steps > li").count() == 5
    assert_fits(page, "first steps")
    assert nameless(page) == []
    people.shots_of(page, "first-steps", full_page=True)

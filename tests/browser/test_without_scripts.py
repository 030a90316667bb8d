"""The pages work without JavaScript, and two officers cannot decide the same thing twice."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESK, PHONE, People
from tests.browser.test_main_job import confirm, decide, paper

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_form_without_scripts_carries_every_file_and_tells_what_is_missing(
    people: People, tmp_path: Path
):
    page = people.signed_in("applicant_pppk", PHONE, java_script_enabled=False)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    page.get_by_role("button", name="Mulai usulan").click()
    page.get_by_label("Keperluan").fill("ab")
    slots = page.locator("input[type=file]")
    slots.nth(0).set_input_files(paper(tmp_path, "skp-1.pdf"))
    page.get_by_role("button", name="Lanjut: periksa dan kirim").click()

    expect(page.locator("#field-keperluan .error")).to_contain_text("Paling sedikit 3")
    expect(page.get_by_label("Keperluan")).to_have_value("ab")
    expect(page.locator(".upload").first.locator(".there")).to_contain_text("skp-1.pdf")
    people.picture(page, "30-errors")

    page.get_by_label("Keperluan").fill("Melamar beasiswa")
    (tmp_path / "bukan.pdf").write_text("<html>bukan PDF</html>")
    page.locator("input[type=file]").nth(1).set_input_files(tmp_path / "bukan.pdf")
    page.get_by_role("button", name="Lanjut: periksa dan kirim").click()
    expect(page.locator(".upload.wrong .error")).to_be_visible()

    page.locator("input[type=file]").nth(1).set_input_files(paper(tmp_path, "skp-2.pdf"))
    page.get_by_role("button", name="Lanjut: periksa dan kirim").click()
    expect(page.locator(".upload.wrong")).to_have_count(1)
    page.locator("input[type=file]").nth(2).set_input_files(paper(tmp_path, "surat.pdf"))
    page.get_by_role("button", name="Lanjut: periksa dan kirim").click()
    page.get_by_role("button", name="Kirim usulan").click()
    expect(page.locator(".banner.success")).to_contain_text("Usulan berhasil dikirim")

    two_officers_decide(people, page.locator(".lead strong").first.inner_text())


def two_officers_decide(people: People, number: str) -> None:
    first = people.signed_in("umpeg", DESK)
    second = people.signed_in("umpeg_second", DESK)
    for page in (first, second):
        decide(page, number, "Setujui")
    confirm(first)

    second.get_by_role("button", name="Ya, kirim keputusan").click()

    expect(second.get_by_role("heading", name="Data sudah berubah")).to_be_visible()
    people.picture(second, "31-stale")
    second.get_by_role("link", name="Muat yang terbaru").click()
    expect(second.get_by_text("tidak menunggu keputusan Anda")).to_be_visible()


def test_the_portal_speaks_english_and_the_first_pages_look_right(people: People):
    page = people.visitor(PHONE)
    page.goto(f"{people.system.public_url}/")
    people.picture(page, "40-root")
    page.goto(f"{people.system.public_url}/docs/")
    expect(page.locator(".opblock-tag").first).to_be_visible()
    page.goto(f"{people.system.public_url}/portal/")
    page.locator("details.menu summary").click()
    people.shots_of(page, "41-menu")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Sign in with your NIP")).to_be_visible()


def test_whoever_forgot_the_password_asks_and_umpeg_confirms_on_a_telephone(people: People):
    url = people.system.public_url
    page = people.visitor(PHONE, java_script_enabled=False)
    page.goto(f"{url}/masuk")
    page.get_by_role("link", name="Lupa kata sandi?").click()
    people.picture(page, "60-forgotten")
    page.fill("input[name=nip]", people.system.account("applicant_jf").nip)
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("status")).to_contain_text("Permintaan diterima")
    people.picture(page, "61-asked")
    people.system.settle()

    umpeg = people.signed_in("umpeg", PHONE, java_script_enabled=False)
    umpeg.goto(f"{url}/portal/pemulihan")
    umpeg.get_by_text("Konfirmasi", exact=True).click()
    people.picture(umpeg, "62-confirm")
    umpeg.get_by_role("button", name="Benar, ini orangnya").click()

    expect(umpeg.locator(".banner.success")).to_contain_text("Konfirmasi dicatat")
    expect(umpeg.get_by_text("Tautan sudah dikirim ke kontak pemiliknya.")).to_be_visible()
    umpeg.goto(f"{url}/portal/kontak")
    people.picture(umpeg, "63-contact")

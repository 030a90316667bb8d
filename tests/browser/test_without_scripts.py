"""The pages work without JavaScript, and two officers cannot decide the same thing twice."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import DESK, PHONE, People, follow
from tests.browser.test_main_job import attach, confirm, decide, paper

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_without_scripts_each_file_has_a_page_and_nothing_typed_is_lost(
    people: People, tmp_path: Path
):
    page = people.signed_in("applicant_pppk", PHONE, java_script_enabled=False)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    page.get_by_role("button", name="Mulai usulan").click()
    row = page.locator(".upload")
    page.get_by_label("Keperluan").fill("ab")
    follow(page, row.first.get_by_role("button", name="Simpan dan unggah"))

    expect(page.locator("#field-keperluan .error")).to_contain_text("Paling sedikit 3")
    expect(page.get_by_label("Keperluan")).to_have_value("ab")
    people.picture(page, "30-errors")

    page.get_by_label("Keperluan").fill("Melamar beasiswa")
    attach(page, row.first, paper(tmp_path, "skp-1.pdf"), scripts=False)
    expect(page.get_by_label("Keperluan")).to_have_value("Melamar beasiswa")
    expect(row.first.locator(".there")).to_contain_text("skp-1.pdf")
    choose_another_after_a_refusal(people, page, tmp_path)
    follow(page, page.get_by_role("button", name="Lanjut: periksa dan kirim"))
    expect(page.locator(".upload.wrong")).to_have_count(1)
    attach(page, row.nth(2), paper(tmp_path, "surat.pdf"), scripts=False)
    page.get_by_role("button", name="Lanjut: periksa dan kirim").click()
    page.get_by_role("button", name="Kirim usulan").click()
    expect(page.locator(".banner.success")).to_contain_text("Usulan berhasil dikirim")

    two_officers_decide(people, page.locator(".lead strong").first.inner_text())


def choose_another_after_a_refusal(people: People, page: Page, folder: Path) -> None:
    (folder / "bukan.pdf").write_text("<html>bukan PDF</html>")
    attach(page, page.locator(".upload").nth(1), folder / "bukan.pdf", scripts=False)
    expect(page.get_by_role("alert")).to_contain_text("bukan.pdf")
    people.picture(page, "32-refused")
    page.get_by_label("Pilih berkas").set_input_files(paper(folder, "skp-2.pdf"))
    follow(page, page.get_by_role("button", name="Unggah", exact=True))


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

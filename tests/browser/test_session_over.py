"""A session ends, or the network does, while somebody is typing: nothing typed is lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, People, Visit, follow
from tests.browser.test_main_job import paper

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TYPED = 'Melamar "beasiswa" daerah'


def at_a_draft(people: People) -> Page:
    page = people.signed_in("applicant", PHONE)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    follow(page, page.get_by_role("button", name="Mulai usulan"))
    return page


@pytest.mark.parametrize("people", [Visit(scripts=False)], ids=["without scripts"], indirect=True)
def test_who_signs_in_again_is_back_at_the_filled_form(people: People):
    page = at_a_draft(people)
    page.context.clear_cookies()
    page.get_by_label("Keperluan").fill(TYPED)

    follow(page, page.get_by_role("button", name="Simpan draf"))
    expect(page.get_by_role("heading", name="Sesi Anda berakhir")).to_be_visible()
    people.picture(page, "50-session-over")
    follow(page, page.get_by_role("link", name="Masuk lagi"))
    people.identify(page, "applicant")

    expect(page.get_by_label("Keperluan")).to_have_value(TYPED)
    expect(page.get_by_text("Ketikan Anda dipulihkan")).to_be_visible()
    people.picture(page, "51-typed-is-back")
    follow(page, page.get_by_role("button", name="Simpan draf"))
    expect(page.locator(".banner.success")).to_contain_text("Draf tersimpan")
    expect(page.get_by_label("Keperluan")).to_have_value(TYPED)


def test_a_file_to_choose_again_is_asked_for_until_it_is_chosen(people: People, tmp_path: Path):
    page = at_a_draft(people)
    page.context.clear_cookies()
    page.get_by_label("Keperluan").fill(TYPED)
    slot = page.locator("input[type=file]").first
    slot.set_input_files(paper(tmp_path, "skp-saya.pdf"))
    expect(page.locator(".upload [data-state]").first).to_contain_text("Sesi berakhir")

    follow(page, page.get_by_role("button", name="Simpan draf"))
    follow(page, page.get_by_role("link", name="Masuk lagi"))
    people.identify(page, "applicant")
    hint = page.locator("[data-files]")
    expect(hint).to_contain_text("skp-saya.pdf")

    page.locator("input[type=file]").first.set_input_files(paper(tmp_path, "skp-saya.pdf"))
    expect(page.locator(".upload .there").first).to_contain_text("skp-saya.pdf")
    expect(hint).to_have_count(0)
    page.get_by_role("button", name="Tutup", exact=True).click()
    expect(page.locator("[data-restored]")).to_have_count(0)
    expect(page.get_by_label("Keperluan")).to_have_value(TYPED)


def test_a_script_says_what_is_not_saved_and_saves_it_when_it_can(people: People):
    page = at_a_draft(people)
    note, field = page.locator("[data-saved]"), page.get_by_label("Keperluan")

    page.context.set_offline(True)
    field.fill(TYPED)
    expect(note).to_contain_text("tidak ada sambungan")
    page.context.set_offline(False)
    expect(note).to_contain_text("Tersimpan pukul")

    page.context.clear_cookies()
    field.fill(f"{TYPED} sekali")
    expect(note).to_contain_text("Sesi berakhir")
    with page.context.expect_page() as opened:
        note.get_by_role("link").click()
    people.identify(opened.value, "applicant")
    expect(opened.value.get_by_role("heading", name="Anda sudah masuk lagi")).to_be_visible()
    opened.value.close()
    field.press_sequentially(" lagi")
    expect(note).to_contain_text("Tersimpan pukul")

    page.reload()
    expect(field).to_have_value(f"{TYPED} sekali lagi")
    people.complaints[:] = [c for c in people.complaints if "ERR_INTERNET_DISCONNECTED" not in c]

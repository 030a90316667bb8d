"""On a telephone photos of a paper become its PDF: chosen, put in order, looked at, attached."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, People, assert_fits, follow
from tests.builders.pictures import a_photo, as_heic, as_jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SMALLEST_TARGET = 44


def photos_of(folder: Path) -> list[Path]:
    """Two pages as two telephones took them."""
    jpeg, heic = folder / "halaman 1.jpg", folder / "halaman 2.heic"
    jpeg.write_bytes(as_jpeg(a_photo(1500, 2000)))
    heic.write_bytes(as_heic(a_photo(1200, 1600, 2)))
    return [jpeg, heic]


def others_of(folder: Path) -> list[Path]:
    """What is no picture: a PDF, and a document of an office."""
    pdf, office = folder / "surat.pdf", folder / "surat.docx"
    pdf.write_bytes(b"%PDF-1.7")
    office.write_bytes(b"PK\x03\x04")
    return [pdf, office]


def test_photos_become_the_pdf_of_a_requirement(people: People, tmp_path: Path):
    page = people.signed_in("applicant", PHONE)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    follow(page, page.get_by_role("button", name="Mulai usulan"))
    follow(page, page.get_by_role("link", name="Ambil foto atau pilih dari galeri").first)
    looks_right(people, page, "90-pictures-none")

    page.get_by_label("Pilih dari galeri").set_input_files(photos_of(tmp_path))
    expect(page.get_by_text("Terkirim.")).to_have_count(2)
    expect(page.locator(".photos img").first).to_be_visible()
    expect(page.get_by_text("Tidak ada pratinjau").last).to_be_visible()
    page.get_by_role("button", name="Naik: halaman 2.heic").press("Enter")
    expect(page.locator(".photos li").first).to_contain_text("halaman 2.heic")
    expect(page.get_by_role("button", name="Turun: halaman 2.heic")).to_be_focused()
    page.get_by_role("button", name="Putar: halaman 1.jpg").click()
    expect(page.get_by_role("status").last).to_contain_text("diputar 90 derajat")
    looks_right(people, page, "91-pictures-chosen")
    assert small_targets(page) == []

    page.get_by_role("button", name="Jadikan PDF").click()
    expect(page.get_by_role("heading", name="Periksa hasilnya")).to_be_focused()
    assert shapes(page) == ["upright", "across"]
    looks_right(people, page, "92-pictures-result")
    follow(page, page.get_by_role("button", name="Pakai berkas ini"))

    attached = page.locator(".upload").first.locator(".there")
    expect(attached).to_contain_text("2 halaman")


def test_what_is_no_photo_is_said_at_once_and_what_cannot_be_pressed_looks_so(
    people: People, tmp_path: Path
):
    page = people.signed_in("applicant", PHONE)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    follow(page, page.get_by_role("button", name="Mulai usulan"))
    follow(page, page.get_by_role("link", name="Ambil foto atau pilih dari galeri").first)

    photo = photos_of(tmp_path)[0]
    page.get_by_label("Pilih dari galeri").set_input_files([*others_of(tmp_path), photo])

    said = page.get_by_role("alert").last
    expect(said).to_contain_text("surat.docx: Berkas ini bukan foto")
    expect(said).to_contain_text("surat.pdf: Berkas ini sudah PDF")
    expect(page.locator(".photos li")).to_have_count(1)
    only = page.get_by_role("button", name="Naik: halaman 1.jpg")
    expect(only).to_be_disabled()
    assert float(only.evaluate("button => getComputedStyle(button).opacity")) < 1


def test_a_photo_put_where_a_pdf_is_wanted_leads_there_and_is_not_sent_again(
    people: People, tmp_path: Path
):
    page = people.signed_in("applicant", PHONE)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    follow(page, page.get_by_role("button", name="Mulai usulan"))
    row = page.locator(".upload").first

    row.locator("input[type=file]").set_input_files(photos_of(tmp_path)[0])
    follow(page, row.get_by_role("link", name="Jadikan PDF"))

    expect(page.locator(".photos li")).to_have_count(1)
    page.get_by_role("button", name="Jadikan PDF").click()
    expect(page.get_by_role("heading", name="Periksa hasilnya")).to_be_focused()


def test_without_scripts_pictures_are_sent_one_by_one(people: People, tmp_path: Path):
    page = people.signed_in("applicant", PHONE, java_script_enabled=False)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    follow(page, page.get_by_role("button", name="Mulai usulan"))
    follow(page, page.get_by_role("link", name="Ambil foto atau pilih dari galeri").first)

    for photo in photos_of(tmp_path):
        page.get_by_label("Foto halaman berikutnya").set_input_files(photo)
        follow(page, page.get_by_role("button", name="Kirim foto ini"))
    follow(page, page.get_by_role("link", name=re.compile("Naik ?: halaman 2.heic")))
    looks_right(people, page, "93-pictures-without-scripts", axe=False)
    follow(page, page.get_by_role("button", name="Jadikan PDF"))
    expect(page.get_by_text("2 halaman ·")).to_be_visible()
    follow(page, page.get_by_role("button", name="Pakai berkas ini"))

    expect(page.locator(".upload").first.locator(".there")).to_contain_text("2 halaman")


def shapes(page: Page) -> list[str]:
    """Scroll past the pages of the result; say how each lies."""
    seen = []
    for picture in page.locator(".compared img").all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function(
            "img => img.complete && img.naturalWidth", arg=picture.element_handle()
        )
        wide = picture.evaluate("img => img.naturalWidth > img.naturalHeight")
        seen.append("across" if wide else "upright")
    return seen


def small_targets(page: Page) -> list[str]:
    """Name what a thumb would miss in the list of pictures."""
    targets = page.locator("main button:visible, main label.button:visible").all()
    boxes = [(target.inner_text(), target.bounding_box()) for target in targets]
    return [name for name, box in boxes if box and box["height"] < SMALLEST_TARGET]


def looks_right(people: People, page: Page, name: str, *, axe: bool = True) -> None:
    assert_fits(page, name)
    people.picture(page, name)
    if axe:
        violations = Axe().run(page).response["violations"]
        assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []

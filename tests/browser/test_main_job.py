"""The main job as people do it: file, return, correct, approve, result, download."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import DESK, PATIENCE_MS, PHONE, People, Visit, follow
from tests.builders.pdf_words import words_of
from tests.builders.pdfs import a_pdf
from tests.builders.shared import ON_THE_SHARED_CLUSTER

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MATRIX = [
    pytest.param(Visit(), id="embedded"),
    # Its parts without scripts, filing and deciding, are in test_without_scripts.py.
    pytest.param(
        Visit(scripts=False, screens=()),
        marks=pytest.mark.prove(part="rest"),
        id="embedded without scripts",
    ),
    pytest.param(
        Visit("shared_cluster", screens=()), marks=ON_THE_SHARED_CLUSTER, id="distributed"
    ),
    pytest.param(
        Visit("shared_cluster", scripts=False, screens=()),
        marks=[*ON_THE_SHARED_CLUSTER, pytest.mark.prove(part="rest")],
        id="distributed without scripts",
    ),
    pytest.param(Visit(screens=(DESK,)), marks=pytest.mark.prove(part="rest"), id="embedded, wide"),
]

NAME = "Surat Keterangan Bebas Hukuman Disiplin"
RESULT = a_pdf("Surat keterangan, contoh")


def paper(folder: Path, name: str, text: str = "Berkas contoh") -> Path:
    path = folder / name
    path.write_bytes(a_pdf(text))
    return path


def attach_each(page: Page, folder: Path, *, scripts: bool) -> None:
    """Choose a file for each requirement: a phone gives names without an ending."""
    for number in range(page.locator(".upload").count()):
        ending = ".pdf" if number else ""
        row = page.locator(".upload").nth(number)
        attach(page, row, paper(folder, f"lampiran-{number + 1}{ending}"), scripts=scripts)
        expect(row.locator(".there")).to_contain_text(f"lampiran-{number + 1}.pdf")


def attach(page: Page, row: Locator, file: Path, *, scripts: bool) -> None:
    """Choose a file in its row; without scripts its button leads to a page for it, and back."""
    if scripts:
        row.locator("input[type=file]").set_input_files(file)
        return
    follow(page, row.get_by_role("button", name="Simpan dan unggah"))
    page.get_by_label("Pilih berkas").set_input_files(file)
    follow(page, page.get_by_role("button", name="Unggah", exact=True))


def row(page: Page, number: str) -> Locator:
    """The first link in the table row of a proposal."""
    return page.locator(".list tbody tr", has_text=number).get_by_role("link").first


def decide(page: Page, number: str, label: str, *, note: str = "", mark: str = "") -> None:
    page.goto(page.url.split("/portal/")[0] + "/portal/tugas")
    follow(page, row(page, number))
    page.get_by_label(label, exact=True).check()
    if mark:
        page.get_by_label(mark).select_option("document_outdated")
    if note:
        page.fill("textarea[name=note]", note)
    last_step(page, label)


def last_step(page: Page, chosen: str) -> None:
    """Unfold what would be sent, on the same page."""
    page.locator("details.last > summary").click()
    expect(page.locator("details.last .if:visible").first).to_contain_text(chosen)


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Ya, kirim keputusan").click()
    expect(page.locator(".banner.success")).to_be_visible()


@pytest.mark.parametrize("people", MATRIX, indirect=True)
def test_a_proposal_travels_from_filing_to_its_result(people: People, tmp_path: Path):
    applicant = people.signed_in("applicant", PHONE)
    people.picture(applicant, "01-dashboard-empty")

    number = file_proposal(people, applicant, tmp_path)
    marked = umpeg_returns(people, number)
    correct(people, applicant, number, marked, tmp_path)
    officers_approve(people, number)
    enter_result(people, number, tmp_path)
    download(people, applicant, number, tmp_path)


def file_proposal(people: People, page: Page, folder: Path) -> str:
    follow(page, page.get_by_role("link", name="Buat usulan"))
    people.picture(page, "02-layanan-list")
    follow(page, page.get_by_role("link", name=NAME))
    people.picture(page, "03-layanan")
    follow(page, page.get_by_role("button", name="Mulai usulan"))
    page.get_by_label("Keperluan").fill("Syarat seleksi jabatan")
    if people.visit.scripts:
        expect(page.locator("[data-saved]")).to_contain_text("Tersimpan pukul")
    people.picture(page, "04-fill-empty")
    attach_each(page, folder, scripts=people.visit.scripts)
    people.picture(page, "05-fill")
    follow(page, page.get_by_role("button", name="Lanjut: periksa dan kirim"))
    people.picture(page, "06-check")
    send = page.get_by_role("button", name="Kirim usulan")
    send.dblclick() if people.visit.scripts else send.click()
    banner = page.locator(".banner.success")
    expect(banner).to_contain_text("Usulan berhasil dikirim. Nomor usulan")
    people.picture(page, "07-submitted")
    found = re.search(r"Nomor usulan (\S+), kode pelacakan (\S+)\.", banner.inner_text())
    assert found
    status_is_public(people, *found.groups())
    return found[1]


def status_is_public(people: People, number: str, code: str) -> None:
    visitor = people.visitor(PHONE)
    visitor.goto(f"{people.system.public_url}/portal/")
    people.picture(visitor, "08-landing")
    visitor.get_by_role("link", name="Cek status usulan").first.click()
    visitor.get_by_label("Nomor usulan").fill(number)
    visitor.get_by_label("Kode pelacakan").fill(code)
    visitor.get_by_role("button", name="Lihat status").click()
    expect(visitor.locator(".card.good")).to_contain_text("Verifikasi Umpeg")
    people.picture(visitor, "09-status")


def umpeg_returns(people: People, number: str) -> str:
    page = people.signed_in("umpeg", DESK)
    expect(page.locator(".tiles")).to_contain_text("Verifikasi Umpeg")
    people.picture(page, "10-officer-dashboard")
    page.goto(f"{people.system.public_url}/portal/tugas")
    people.picture(page, "11-officer-inbox")
    follow(page, row(page, number))
    people.picture(page, "12-decide")
    marked = page.locator(".mark label").first.inner_text()
    decide(page, number, "Perbaikan", note="Gunakan SKP tahun terakhir.", mark=marked)
    people.picture(page, "13-confirm-decision")
    confirm(page)
    return marked


def wait_for_notice(page: Page, dashboard: str, number: str) -> None:
    """The notice travels by the bus; a person looks again until it is there."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    page.goto(dashboard)
    while not page.locator(".notices", has_text=f"{number} perlu perbaikan").count():
        assert time.monotonic() < deadline, "nobody told the applicant"
        page.goto(dashboard)
    expect(page.locator(".bell .badge")).to_be_visible()


def correct(people: People, page: Page, number: str, marked: str, folder: Path) -> None:
    wait_for_notice(page, f"{people.system.public_url}/portal/", number)
    follow(page, page.get_by_role("link", name=re.compile("Pemberitahuan")).first)
    people.picture(page, "14-notices")
    follow(page, page.get_by_role("button", name="Buka").first)
    expect(page.locator(".stage.revision")).to_be_visible()
    people.picture(page, "15-proposal-returned")
    follow(page, page.get_by_role("link", name="Buka perbaikan"))
    rows = page.locator(".upload")
    expect(rows).to_have_count(1)
    expect(page.locator(".card.attention")).to_contain_text("Gunakan SKP tahun terakhir.")
    people.picture(page, "16-revision")
    new = paper(folder, "skp-baru.pdf", "SKP baru")
    attach(page, rows, new, scripts=people.visit.scripts)
    expect(page.locator(".upload .there")).to_contain_text("skp-baru.pdf")
    follow(page, page.get_by_role("button", name="Lanjut: periksa dan kirim"))
    expect(page.get_by_text("Versi sebelumnya 1")).to_be_visible()
    page.get_by_role("button", name="Kirim perbaikan").click()
    expect(page.locator(".banner.success")).to_contain_text("Perbaikan telah dikirim")


def officers_approve(people: People, number: str) -> None:
    for key in ("umpeg", "opd_head", "bkpsdm_admin", "bkpsdm_secretary", "bkpsdm_head"):
        page = people.signed_in(key, DESK)
        decide(page, number, "Setujui")
        confirm(page)


def enter_result(people: People, number: str, folder: Path) -> None:
    page = people.signed_in("bkpsdm_admin", DESK)
    page.goto(f"{people.system.public_url}/portal/tugas")
    follow(page, row(page, number))
    page.get_by_label("Memenuhi Syarat (MS)", exact=True).check()
    letter = folder / "hasil.pdf"
    letter.write_bytes(RESULT)
    attach(page, page.locator(".upload"), letter, scripts=people.visit.scripts)
    expect(page.locator(".upload .there")).to_contain_text("hasil.pdf")
    expect(page.get_by_label("Memenuhi Syarat (MS)", exact=True)).to_be_checked()
    last_step(page, "Memenuhi Syarat (MS)")
    if people.visit.scripts:
        expect(page.locator("[data-summary]")).to_contain_text("hasil.pdf")
    people.picture(page, "17-result")
    page.get_by_role("button", name="Submit Hasil Validasi").click()
    expect(page.locator(".banner.success")).to_contain_text("Memenuhi Syarat")
    page.goto(f"{people.system.public_url}/portal/keputusan")
    people.picture(page, "18-decided")


def download(people: People, page: Page, number: str, folder: Path) -> None:
    page.goto(f"{people.system.public_url}/portal/riwayat")
    people.picture(page, "19-history")
    follow(page, row(page, number))
    people.picture(page, "20-finished")
    assert downloaded(page, "Unduh dokumen hasil", folder) == RESULT
    assert number in words_of(downloaded(page, "Unduh tanda terima", folder))


def downloaded(page: Page, link: str, folder: Path) -> bytes:
    with page.expect_download() as coming:
        page.get_by_role("link", name=link).click()
    coming.value.save_as(folder / "unduhan.pdf")
    return (folder / "unduhan.pdf").read_bytes()

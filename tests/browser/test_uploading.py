"""A file goes to documents in pieces: cut off, it goes on from there; nothing is sent twice."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.people import DESK, PHONE, People, assert_fits, follow, nameless
from tests.browser.test_main_job import paper
from tests.builders.pdfs import a_pdf_of_size
from tests.journeys.journey import Journey

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PIECE = 524_288
PIECES = 20
LARGEST = PIECE * PIECES
# A tenth of a file, so that one of 1 MB goes on from nine tenths too.
SMALL_PIECE = 100_000
REFUSED = {b"GIF89a gambar": "bukan PDF", b"": "kosong", b"<html>PDF": "walaupun namanya"}
UPLOADS = "**/api/documents/v1/uploads**"


class Line:
    """The way to documents, which can be cut at a piece; what arrived is counted by its offset."""

    def __init__(self, page: Page) -> None:
        self.arrived: Counter[int] = Counter()
        self.cut_at: int | None = None
        self.is_cut = False
        page.route(UPLOADS, self._carry)

    def _carry(self, route: Route) -> None:
        request = route.request
        offset = int(request.headers.get("upload-offset", -1))
        self.is_cut = self.is_cut or offset == self.cut_at
        if self.is_cut:
            route.abort("connectionreset")
            return
        if request.method == "PATCH":
            self.arrived[offset] += 1
        route.continue_()

    def mend(self) -> None:
        self.cut_at, self.is_cut = None, False


def at_a_result(people: People) -> Page:
    """Open the form where a letter of 10 MB belongs."""
    filed = Journey(people.system).bebas_hukdis()
    filed.approve_up_to("processing")
    page = people.signed_in("bkpsdm_admin", DESK)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{people.system.public_url}/portal/tugas/{filed.id}/hasil")
    return page


def at_a_draft(people: People) -> Page:
    page = people.signed_in("applicant", PHONE)
    page.goto(f"{people.system.public_url}/portal/layanan/bebas_hukdis")
    follow(page, page.get_by_role("button", name="Mulai usulan"))
    return page


def choose(row: Locator, file: Path) -> None:
    row.locator("input[type=file]").set_input_files(file)


def test_an_upload_cut_at_nine_tenths_goes_on_from_there_also_after_a_reload(
    people: People, tmp_path: Path
):
    page, letter = at_a_result(people), tmp_path / "hasil.pdf"
    letter.write_bytes(a_pdf_of_size(LARGEST))
    line, row = Line(page), page.locator(".upload")
    line.cut_at = 5 * PIECE

    choose(row, letter)
    expect(row.locator("[data-state]")).to_contain_text("Sambungan terputus")
    line.mend()
    line.cut_at = 18 * PIECE
    expect(row.locator("progress")).to_have_attribute("value", "90")
    expect(row.locator("[data-state]")).to_contain_text("Sambungan terputus")
    expect(row.locator("[data-amount]")).to_have_text("9 MB dari 10 MB")
    people.picture(page, "70-cut")
    page.reload()
    expect(row.locator("[data-state]")).to_contain_text("terhenti pada 90 %")
    people.picture(page, "71-after-a-reload")
    line.mend()
    choose(row, letter)

    expect(row.locator(".there")).to_contain_text("hasil.pdf · 10 MB")
    assert line.arrived == Counter({number * PIECE: 1 for number in range(PIECES)})
    page.reload()
    expect(row.locator(".there")).to_contain_text("hasil.pdf · 10 MB")
    save_the_result(page)
    people.complaints[:] = [told for told in people.complaints if "ERR_CONNECTION" not in told]


def save_the_result(page: Page) -> None:
    page.get_by_label("Memenuhi Syarat (MS)", exact=True).check()
    page.locator("details.last > summary").click()
    expect(page.locator("[data-summary]")).to_contain_text("hasil.pdf")
    page.get_by_role("button", name="Submit Hasil Validasi").click()
    expect(page.locator(".banner.success")).to_contain_text("Memenuhi Syarat")


def test_a_row_says_what_happens_to_its_file(people: People, tmp_path: Path):
    page = at_a_draft(people)
    line, row = Line(page), page.locator(".upload").first
    error = row.locator("[data-error]")
    line.cut_at = 0

    choose(row, paper(tmp_path, "skp.pdf"))
    expect(row.locator("[data-state]")).to_contain_text("Sambungan terputus")
    assert nameless(page) == []
    assert_fits(page, "uploading")
    people.picture(page, "72-uploading")
    row.get_by_role("button", name="Batalkan unggahan").click()
    expect(row.locator("[data-state]")).to_have_text("Unggahan dibatalkan.")
    expect(row.locator("input[type=file]")).to_be_focused()
    line.mend()
    for content, told in REFUSED.items():
        file = tmp_path / "skp.pdf"
        file.write_bytes(content)
        choose(row, file)
        expect(error).to_contain_text(told)
    people.picture(page, "73-refused")

    choose(row, paper(tmp_path, "skp.pdf"))
    expect(row.locator(".there")).to_contain_text("skp.pdf")
    expect(error).to_be_empty()
    people.complaints[:] = [told for told in people.complaints if "ERR_CONNECTION" not in told]


def test_a_form_waits_for_its_files_and_a_second_tab_sends_nothing_twice(
    people: People, tmp_path: Path
):
    page = at_a_draft(people)
    line, row = Line(page), page.locator(".upload").first
    file = tmp_path / "skp.pdf"
    file.write_bytes(a_pdf_of_size(10 * SMALL_PIECE))
    line.cut_at = 9 * SMALL_PIECE
    choose(row, file)
    expect(row.locator("[data-state]")).to_contain_text("Sambungan terputus")
    second = page.context.new_page()
    second.goto(page.url)
    theirs, their_row = Line(second), second.locator(".upload").first

    choose(their_row, file)
    expect(their_row.locator(".there")).to_contain_text("skp.pdf")
    page.get_by_role("button", name="Simpan draf").click()
    expect(row.locator("[data-state]")).to_contain_text("halaman berlanjut sendiri")
    line.mend()

    expect(page.locator(".banner.success")).to_contain_text("Draf tersimpan")
    expect(row.locator(".there")).to_contain_text("skp.pdf")
    places = {number * SMALL_PIECE for number in range(10)}
    assert line.arrived + theirs.arrived == Counter(dict.fromkeys(places, 1))
    people.complaints[:] = [told for told in people.complaints if "ERR_CONNECTION" not in told]

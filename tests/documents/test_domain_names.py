import pytest

from services.documents.domain.content_types import XLSX
from services.documents.domain.names import attachment_header, shown_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("SK Pangkat.pdf", "SK Pangkat.pdf"),
        ("SK.PDF", "SK.pdf"),
        ("tanpa ekstensi", "tanpa ekstensi.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\surat\\a.pdf", "a.pdf"),
        ("a\u202egpj.pdf", "agpj.pdf"),
        ("SK\u00a0Pangkat\u200b.pdf", "SK Pangkat.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ('"<b>.pdf', "b.pdf"),
        ("", "dokumen.pdf"),
        (None, "dokumen.pdf"),
        ("....pdf", "dokumen.pdf"),
        ("é" * 300, "é" * 120 + ".pdf"),
    ],
)
def test_a_name_becomes_harmless_words(given: str | None, shown: str):
    assert shown_name(given) == shown


def test_a_workbook_has_its_own_ending():
    assert shown_name("daftar.XLSX", XLSX) == "daftar.xlsx"
    assert shown_name(None, XLSX) == "dokumen.xlsx"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("SK.pdf", "attachment; filename=\"SK.pdf\"; filename*=UTF-8''SK.pdf"),
        (
            "Décret; x=1.pdf",
            "attachment; filename=\"Decret_ x_1.pdf\"; filename*=UTF-8''D%C3%A9cret%3B%20x%3D1.pdf",
        ),
        ("函.pdf", "attachment; filename=\".pdf\"; filename*=UTF-8''%E5%87%BD.pdf"),
    ],
)
def test_the_header_makes_an_attachment_of_any_name(name: str, header: str):
    assert attachment_header(name) == header

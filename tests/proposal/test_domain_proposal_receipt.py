"""What the receipt of a proposal says, and to whom it says less."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from services.proposal.adapters import papers
from services.proposal.domain.proposal_receipt import Received, ReceivedPaper, receipt_facts
from services.proposal.seeds.definitions import load_catalogue
from tests.builders.pdf_words import words_of

[LAYANAN] = [layanan for layanan in load_catalogue() if layanan.code == "bebas_hukdis"]
ZONE = ZoneInfo("Asia/Makassar")
SENT = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
RECEIVED = Received(
    number="DEMO/BEBAS-HUKDIS/2026/000017",
    lookup_code="ACDEFGHJKM",
    applicant={
        "name": "Dr. Ni Luh Contoh, S.Pd.",
        "nip": "198501012010012901",
        "unit_name": "SD Negeri 3 Contoh",
        "opd_name": "Dinas Pendidikan",
    },
    submitted_at=SENT,
    listed_at=SENT,
    papers=[
        ReceivedPaper("skp_1_tahun", 2, 512_000, "0123456789abcdef" * 4),
        ReceivedPaper("skp_2_tahun", None, 20_480, "fedcba9876543210" * 4),
    ],
)


def facts_of(received=RECEIVED, layanan=LAYANAN, language="id"):
    return receipt_facts(received, layanan, region="Kota Contoh", zone=ZONE, language=language)


@pytest.fixture
def paper(monkeypatch):
    """Set the paper; return its words."""

    settings = SimpleNamespace(public_url="https://simpul.example")
    monkeypatch.setattr(papers, "here", lambda: SimpleNamespace(settings=settings))
    return lambda *args, **kwargs: words_of(papers.receipt_pdf(facts_of(*args, **kwargs)))


def test_it_says_who_handed_in_what_when_and_where_to_ask(paper):
    words = paper()

    for said in (
        "Kota Contoh",
        "Tanda Terima Usulan",
        "DEMO/BEBAS-HUKDIS/2026/000017",
        LAYANAN.name["id"],
        "Dr. Ni Luh Contoh, S.Pd.",
        "NIP 19850101 201001 2 901",
        "SD Negeri 3 Contoh, Dinas Pendidikan",
        "1 Juni 2026 pukul 09.30 WITA",
        "500 KB",
        "0123 4567 89ab cdef",
        "ACDEF-GHJKM",
        "https://simpul.example/portal/status",
        "dibuat oleh sistem",
    ):
        assert said in words
    assert "tercatat pada" not in words


def test_in_english_for_who_reads_english(paper):
    words = paper(language="en")

    assert "Receipt of a Proposal" in words
    assert "1 June 2026 at 09:30 WITA" in words
    assert "Tanda" not in words


def test_a_layanan_that_is_named_in_one_language_has_that_name_in_both(paper):
    assert "Surat Khusus" in paper(
        layanan=replace(LAYANAN, name={"id": "Surat Khusus"}), language="en"
    )


def test_of_a_sensitive_layanan_it_names_neither_the_layanan_nor_the_papers(paper):
    words = paper(layanan=replace(LAYANAN, sensitive=True))

    assert "Dokumen 1" in words
    assert LAYANAN.name["id"] not in words
    for requirement in LAYANAN.requirements:
        assert requirement.name["id"] not in words


def test_papers_counted_later_than_the_submission_are_said_to_be(paper):
    later = datetime(2026, 7, 2, 3, 0, tzinfo=UTC)

    assert "tercatat pada 2 Juli 2026 pukul 11.00 WITA" in paper(replace(RECEIVED, listed_at=later))


@pytest.mark.parametrize(
    "name",
    [
        "#panic() $x$ *tebal* _miring_ ] \\ // <a> @b",
        "Wiryawan" * 62,
        " ".join(["Kadek"] * 100),
        "محمد Ni Luh",
    ],
)
def test_any_name_comes_out_as_text(paper, name):
    words = paper(replace(RECEIVED, applicant={**RECEIVED.applicant, "name": name}))

    assert set("".join(name.split())) <= set(words)
    if name.isascii():
        assert "".join(name.split()) in "".join(words.split()).replace("\u200b", "")


def test_letters_without_a_font_are_written_as_their_code_points(paper):
    words = paper(replace(RECEIVED, applicant={**RECEIVED.applicant, "name": "Ayu ᬅ 😀"}))

    assert "Ayu (U+1B05) (U+1F600)" in words


def test_many_papers_go_on_on_the_next_page(paper):
    many = [RECEIVED.papers[0]] * 60

    assert "60" in paper(replace(RECEIVED, papers=many))


def test_without_papers_it_says_so(paper):
    assert "tanpa dokumen" in paper(replace(RECEIVED, papers=[]))


def test_a_number_that_is_no_nip_is_shown_as_it_is():
    facts = facts_of(replace(RECEIVED, applicant={**RECEIVED.applicant, "nip": "12"}))

    assert facts["nip"] == "12"

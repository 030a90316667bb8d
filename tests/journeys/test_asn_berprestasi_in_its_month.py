"""An award: small files, a row without upload, the category by tenure, once a month."""

from tests.builders.pdfs import a_pdf, a_pdf_of_size
from tests.journeys.journey import Filed, Journey, code

ANSWERS = {
    "nilai_kinerja_terakhir": "sangat_baik",
    "inovasi": "Antrean daring yang memangkas waktu tunggu warga.",
}
DAY = "2026-04-21T09:00:00+07:00"


def category_of(journey: Journey, key: str) -> tuple[str, str]:
    """The layanan that fits the tenure, which the NIP of a PNS tells, and the other one."""
    appointed = journey.system.account(key).nip[8:14]
    elder, young = "asn_berprestasi", "asn_muda_berprestasi"
    return (elder, young) if appointed <= "201604" else (young, elder)


def filed_for(journey: Journey, layanan: str) -> Filed:
    filed = journey.draft(layanan, ANSWERS)
    filed.attach("laporan_presensi", a_pdf_of_size(512_000))
    filed.attach("bukti_inovasi")
    return filed


def test_an_award_travels_the_ordinary_stages_to_its_certificate(season: Journey) -> None:
    fitting, other = category_of(season, "applicant")

    wrong = filed_for(season, other).submit(status=422)
    filed = filed_for(season, fitting)
    assert code(filed.attach("bukti_inovasi", a_pdf_of_size(512_001), status=413)) == (
        "document_too_large"
    )
    assert code(filed.attach("kelengkapan_simpeg", status=422)) == "requirement_takes_no_file"
    filed.submit()

    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/layanan"]
    assert filed.seen_by()["fields"]["masa_penilaian"] == "2026-04"
    again = filed_for(season, fitting).submit(status=422)
    assert [error["code"] for error in again.json()["errors"]] == ["already_filed"]

    filed.approve_up_to("processing")
    receipt = season.upload("bkpsdm_admin", a_pdf("Piagam"))["receipt"]
    filed.give_result("ms", receipt=receipt)
    assert filed.seen_by()["result"] == "ms"

    once_more = filed_for(season, fitting).submit(status=422)
    assert [error["code"] for error in once_more.json()["errors"]] == ["already_filed"]


def test_a_poor_predicate_is_refused_at_once(season: Journey) -> None:
    fitting, _ = category_of(season, "applicant")
    draft = season.draft(fitting, ANSWERS)

    refusal = draft.change({"nilai_kinerja_terakhir": "kurang"}, status=422)

    assert [error["code"] for error in refusal.json()["errors"]] == ["below_minimum"]

"""A promotion: conditional documents, the monthly window, the return from processing (R7, R9)."""

from typing import Any

import pytest

from tests.builders.pdfs import a_pdf
from tests.journeys.journey import Filed, Journey, code, pointers

ALWAYS = (
    *("surat_usul", "sk_cpns", "sk_pns", "sk_pangkat_terakhir", "sk_jabatan_terakhir"),
    *("sk_jabatan_atasan", "pak", "penilaian_kinerja", "tidak_hukdis"),
)
TEACHER = ("sertifikat_pendidik", "beban_mengajar")
ANSWERS: dict[str, Any] = {
    "periode_kp": "2026-06",
    "jenis_kp": "pilihan_jf",
    "kp_pertama": False,
    "jalur_ujian": "none",
    "mutasi_masuk": False,
    "naik_jenjang": True,
    "predikat_tahun_1": "baik",
    "predikat_tahun_2": "sangat_baik",
}
DAY = "2026-04-24T09:00:00+07:00"
LAST_EVENING = "2026-04-25T23:55:00+07:00"


def drafted(journey: Journey, documents: tuple[str, ...] = ALWAYS, **answers: Any) -> Filed:
    filed = journey.draft("kp_fungsional", {**ANSWERS, **answers}, by="applicant_jf")
    filed.division = "mutasi_admin"
    for name in documents:
        filed.attach(name)
    return filed


def test_a_teacher_rising_a_level_travels_to_the_decree(season: Journey) -> None:
    filed = drafted(season)

    assert pointers(filed.submit(status=422)) == {
        "/documents/sertifikat_pendidik",
        "/documents/beban_mengajar",
        "/documents/sertifikat_ukom",
    }
    for name in (*TEACHER, "sertifikat_ukom"):
        filed.attach(name)
    filed.submit()
    filed.approve_up_to("bkpsdm_validation")
    tracking = season.person("applicant_jf").get(f"{filed.path}/tracking")
    assert tracking["handled_by"] == ["Bidang Mutasi dan Promosi"]
    assert filed.id not in season.inbox("bkpsdm_admin")  # of the division of another layanan
    filed.approve_up_to("processing")
    filed.decide("revise", by="mutasi_admin", note="BKN meminta PAK terbaru", reasons=[PAK])
    assert code(filed.attach("sk_pns", status=409)) == "closed_for_change"
    filed.attach("pak", a_pdf("PAK terbaru"))
    filed.resubmit()
    assert filed.stage == "processing"

    receipt = season.upload("mutasi_admin", a_pdf("SK Kenaikan Pangkat"))["receipt"]
    facts = {"nomor_sk": "823/1/2026", "tmt": "2026-06-01", "golongan_baru": "III/c"}
    filed.give_result("ms", receipt=receipt, fields=facts)

    assert filed.seen_by()["result"] == "ms"
    assert [notice["event_type"] for notice in season.notices("applicant_jf", filed.id)][-1] == (
        "proposal.completed.v1"
    )


PAK = {"code": "document_outdated", "target": "document:pak"}


def test_correcting_an_answer_opens_the_documents_that_hang_on_it(season: Journey) -> None:
    filed = drafted(season, (*ALWAYS, *TEACHER), naik_jenjang=False)
    filed.submit()
    reason = {"code": "field_wrong", "target": "field:naik_jenjang"}
    filed.decide("revise", by="umpeg", note="Jenjang Anda naik", reasons=[reason])

    filed.change({"naik_jenjang": True})
    assert pointers(filed.resubmit(status=422)) == {"/documents/sertifikat_ukom"}
    filed.attach("sertifikat_ukom")
    filed.resubmit()

    assert filed.stage == "umpeg_verification"
    filed.decide("reject", by="umpeg", note="Selesai untuk uji")


def test_only_one_runs_at_a_time(season: Journey) -> None:
    complete = (*ALWAYS, *TEACHER)
    first = drafted(season, complete, naik_jenjang=False)
    second = drafted(season, complete, naik_jenjang=False)
    first.submit()

    refusal = second.submit(status=422)

    assert [error["code"] for error in refusal.json()["errors"]] == ["too_many_open"]
    first.withdraw()
    second.submit()
    second.withdraw()


@pytest.mark.parametrize(
    ("who", "problem"),
    [("applicant_pppk", "kind_not_allowed"), ("applicant", "not_functional")],
)
def test_it_is_for_pns_in_a_functional_post(season: Journey, who: str, problem: str) -> None:
    filed = season.draft("kp_fungsional", ANSWERS, by=who)

    refusal = filed.submit(status=422)

    assert problem in [error["code"] for error in refusal.json()["errors"]]


def test_the_window_closes_at_midnight_in_the_region_and_names_the_next_day(
    season: Journey,
) -> None:
    season.move_to(LAST_EVENING)
    filed = drafted(season, (*ALWAYS, *TEACHER), naik_jenjang=False)

    season.move_to("2026-04-26T00:00:00+07:00", still=True)
    refusal = filed.submit(status=422)
    assert pointers(refusal) == {"/fields/periode_kp"}
    assert "1 Mei 2026" in refusal.body.decode()

    season.move_to("2026-04-25T23:59:59+07:00", still=True)
    filed.submit()
    assert filed.stage == "umpeg_verification"

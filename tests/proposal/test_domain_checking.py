"""What keeps a draft from being submitted, all of it at once."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.kernel.errors import FieldError
from services.proposal.domain.attaching import (
    Attached,
    DocumentTooLarge,
    DocumentTypeRefused,
    RequirementTakesNoFile,
    RequirementUnknown,
    check_document,
)
from services.proposal.domain.checking import check_draft, check_resubmit, check_submit
from services.proposal.domain.facts import Moment
from services.proposal.domain.filing import Applicant, window_state
from services.proposal.domain.layanan import LayananDefinition
from tests.builders.definitions import a_definition, seeded

WIB = ZoneInfo("Asia/Jakarta")
IN_APRIL = Moment(datetime(2026, 4, 10, 3, tzinfo=UTC), WIB)
AWARD_DAYS = Moment(datetime(2024, 5, 25, 3, tzinfo=UTC), WIB)
SMALL = Attached("a", 1000)

KP = seeded("kp_fungsional")
KP_VALUES = {
    "periode_kp": "2026-06",
    "jenis_kp": "pilihan_jf",
    "kp_pertama": False,
    "jalur_ujian": "none",
    "mutasi_masuk": False,
    "naik_jenjang": False,
    "predikat_tahun_1": "baik",
    "predikat_tahun_2": "sangat_baik",
}
KP_ALWAYS = [
    "surat_usul",
    "sk_cpns",
    "sk_pns",
    "sk_pangkat_terakhir",
    "sk_jabatan_terakhir",
    "sk_jabatan_atasan",
    "pak",
    "penilaian_kinerja",
    "tidak_hukdis",
]
JF = {"jenis_jabatan": "jf", "guru": False}


def check(
    definition: LayananDefinition,
    values: dict[str, Any],
    documents: list[str] | dict[str, Attached],
    *,
    kind: str = "pns",
    facts: dict[str, Any] | None = None,
    moment: Moment = IN_APRIL,
    open_count: int = 0,
) -> list[FieldError]:
    attached = documents if isinstance(documents, dict) else dict.fromkeys(documents, SMALL)
    return check_submit(
        definition,
        values=values,
        documents=attached,
        applicant=Applicant(kind, facts or {}),
        moment=moment,
        open_count=open_count,
    )


def pointers(errors: list[FieldError]) -> set[str]:
    return {error.pointer for error in errors}


class TestBebasHukdis:
    DEFINITION = seeded("bebas_hukdis")
    DOCUMENTS = ("skp_1_tahun", "skp_2_tahun", "pernyataan_tidak_hukdis")

    @pytest.mark.parametrize("kind", ["pns", "pppk"])
    def test_is_ready_with_its_purpose_and_three_documents(self, kind: str) -> None:
        values = {"keperluan": "Melamar beasiswa"}

        assert check(self.DEFINITION, values, list(self.DOCUMENTS), kind=kind) == []

    @pytest.mark.parametrize("missing", DOCUMENTS)
    def test_misses_any_of_the_three_documents(self, missing: str) -> None:
        rest = [code for code in self.DOCUMENTS if code != missing]

        errors = check(self.DEFINITION, {"keperluan": "Melamar"}, rest)

        assert [(e.pointer, e.code) for e in errors] == [
            (f"/documents/{missing}", "document_required"),
        ]

    def test_names_everything_that_is_missing_at_once(self) -> None:
        errors = check(self.DEFINITION, {"keperluan": "  "}, [])

        assert len(errors) == 4
        assert "SKP 1 tahun terakhir" in errors[1].id
        assert "SKP of the last year" in errors[1].en

    def test_may_run_several_times_but_not_without_end(self) -> None:
        values = {"keperluan": "Melamar"}

        assert check(self.DEFINITION, values, list(self.DOCUMENTS), open_count=2) == []
        errors = check(self.DEFINITION, values, list(self.DOCUMENTS), open_count=3)
        assert [error.code for error in errors] == ["too_many_open"]


class TestPromotion:
    """Ruling R7: which fields and facts make which rows required."""

    def test_asks_for_nine_documents_of_everybody(self) -> None:
        assert check(KP, KP_VALUES, KP_ALWAYS, facts=JF) == []
        assert pointers(check(KP, KP_VALUES, [], facts=JF)) == {
            f"/documents/{code}" for code in KP_ALWAYS
        }

    @pytest.mark.parametrize(
        ("answers", "facts", "also"),
        [
            ({"kp_pertama": True}, {}, {"ijazah_transkrip", "sttpl_prajabatan"}),
            ({"jalur_ujian": "ujian_dinas"}, {}, {"surat_lulus_ujian"}),
            ({"jalur_ujian": "penyesuaian_ijazah"}, {}, {"surat_lulus_ujian"}),
            ({"mutasi_masuk": True}, {}, {"sk_mutasi"}),
            ({}, {"guru": True}, {"sertifikat_pendidik", "beban_mengajar"}),
            ({"naik_jenjang": True}, {}, {"sertifikat_ukom"}),
            (
                {"kp_pertama": True, "naik_jenjang": True},
                {"guru": True},
                {
                    "ijazah_transkrip",
                    "sttpl_prajabatan",
                    "sertifikat_ukom",
                    "sertifikat_pendidik",
                    "beban_mengajar",
                },
            ),
        ],
    )
    def test_asks_for_more_where_the_case_demands_it(
        self, answers: dict[str, Any], facts: dict[str, Any], also: set[str]
    ) -> None:
        errors = check(KP, {**KP_VALUES, **answers}, KP_ALWAYS, facts={**JF, **facts})

        assert pointers(errors) == {f"/documents/{code}" for code in also}

    def test_is_for_pns_in_a_functional_post(self) -> None:
        pppk = check(KP, KP_VALUES, KP_ALWAYS, facts=JF, kind="pppk")
        pelaksana = check(KP, KP_VALUES, KP_ALWAYS, facts={"jenis_jabatan": "pelaksana"})

        assert [error.code for error in pppk] == ["kind_not_allowed"]
        assert [error.code for error in pelaksana] == ["not_functional"]

    @pytest.mark.parametrize("field", ["predikat_tahun_1", "predikat_tahun_2"])
    def test_demands_at_least_baik_in_both_years(self, field: str) -> None:
        errors = check(KP, {**KP_VALUES, field: "butuh_perbaikan"}, KP_ALWAYS, facts=JF)

        assert [(e.pointer, e.code) for e in errors] == [(f"/fields/{field}", "below_minimum")]

    def test_outside_its_window_names_the_next_date(self) -> None:
        late = Moment(datetime(2026, 4, 26, 3, tzinfo=UTC), WIB)

        errors = check(KP, KP_VALUES, KP_ALWAYS, facts=JF, moment=late)

        assert [(e.pointer, e.code) for e in errors] == [("/fields/periode_kp", "window_closed")]
        assert "1 Mei 2026" in errors[0].id
        assert "July 2026" in errors[0].en

    def test_closes_at_midnight_in_the_region_not_in_utc(self) -> None:
        last_second = datetime(2026, 4, 25, 16, 59, 59, tzinfo=UTC)

        for instant, zone, taken in (
            (last_second, "Asia/Jakarta", True),
            (last_second, "Asia/Jayapura", False),
            (datetime(2026, 4, 25, 17, tzinfo=UTC), "Asia/Jakarta", False),
        ):
            moment = Moment(instant, ZoneInfo(zone))
            assert (check(KP, KP_VALUES, KP_ALWAYS, facts=JF, moment=moment) == []) is taken

    def test_runs_once_at_a_time(self) -> None:
        errors = check(KP, KP_VALUES, KP_ALWAYS, facts=JF, open_count=1)

        assert [error.code for error in errors] == ["too_many_open"]

    def test_a_correction_is_not_judged_by_the_window_again(self) -> None:
        late = Moment(datetime(2026, 6, 26, 3, tzinfo=UTC), WIB)

        errors = check_resubmit(
            KP,
            values=KP_VALUES,
            documents=dict.fromkeys(KP_ALWAYS, SMALL),
            applicant=Applicant("pns", JF),
            moment=late,
        )

        assert errors == []


class TestAward:
    VALUES = {
        "masa_penilaian": "2024-05",
        "nilai_kinerja_terakhir": "sangat_baik",
        "inovasi": "Antrean daring untuk layanan surat",
    }
    DOCUMENTS = ("laporan_presensi", "bukti_inovasi")

    def codes(self, layanan: str, tmt_cpns: str | None, **more: Any) -> list[str]:
        errors = check(
            seeded(layanan),
            self.VALUES,
            list(self.DOCUMENTS),
            facts={"tmt_cpns": tmt_cpns},
            moment=AWARD_DAYS,
            **more,
        )
        return [error.code for error in errors]

    @pytest.mark.parametrize(
        ("tmt_cpns", "elder", "young"),
        [
            ("2014-05-01", [], ["tenure_too_long"]),
            ("2014-06-01", ["tenure_too_short"], []),
            ("2001-01-01", [], ["tenure_too_long"]),
            (None, ["fact_unknown"], ["fact_unknown"]),
        ],
    )
    def test_its_category_follows_from_the_tenure(
        self, tmt_cpns: str | None, elder: list[str], young: list[str]
    ) -> None:
        assert self.codes("asn_berprestasi", tmt_cpns) == elder
        assert self.codes("asn_muda_berprestasi", tmt_cpns) == young

    def test_a_period_takes_one_proposal_over_both_categories(self) -> None:
        assert self.codes("asn_berprestasi", "2010-01-01", open_count=1) == ["already_filed"]
        assert seeded("asn_berprestasi").counted_layanan == (
            seeded("asn_muda_berprestasi").counted_layanan
        )

    @pytest.mark.parametrize(("size", "fits"), [(512_000, True), (512_001, False)])
    def test_a_file_may_have_512_000_bytes(self, size: int, fits: bool) -> None:
        award, file = seeded("asn_berprestasi"), Attached("a", size)

        if fits:
            assert check_document(award, "bukti_inovasi", file).code == "bukti_inovasi"
        else:
            with pytest.raises(DocumentTooLarge) as refusal:
                check_document(award, "bukti_inovasi", file)
            assert "500 KB" in refusal.value.detail("id")

    def test_the_simpeg_row_takes_no_file_and_asks_for_none(self) -> None:
        with pytest.raises(RequirementTakesNoFile):
            check_document(seeded("asn_berprestasi"), "kelengkapan_simpeg", SMALL)

    def test_the_period_is_set_by_the_system(self) -> None:
        errors = check_draft(seeded("asn_berprestasi"), {"masa_penilaian": "2030-01"})

        assert [error.code for error in errors] == ["system_field"]


class TestDocument:
    DEFINITION = seeded("bebas_hukdis")

    def test_may_have_one_mebibyte_and_not_a_byte_more(self) -> None:
        check_document(self.DEFINITION, "skp_1_tahun", Attached("a", 1_048_576))

        with pytest.raises(DocumentTooLarge):
            check_document(self.DEFINITION, "skp_1_tahun", Attached("a", 1_048_577))

    def test_belongs_to_a_requirement_of_the_layanan(self) -> None:
        with pytest.raises(RequirementUnknown):
            check_document(self.DEFINITION, "sk_pns", SMALL)

    def test_is_a_pdf(self) -> None:
        with pytest.raises(DocumentTypeRefused):
            check_document(self.DEFINITION, "skp_1_tahun", Attached("a", 10, "text/html"))

    def test_is_measured_again_at_submission(self) -> None:
        documents = {
            "skp_1_tahun": Attached("a", 2_000_000),
            "skp_2_tahun": SMALL,
            "pernyataan_tidak_hukdis": SMALL,
        }

        errors = check(self.DEFINITION, {"keperluan": "Melamar"}, documents)

        assert [error.code for error in errors] == ["document_too_large"]


def test_an_advisory_window_marks_a_late_proposal_instead_of_refusing_it() -> None:
    kgb = a_definition(
        fields=[{"name": "tmt", "type": "date", "label": {"id": "TMT"}, "required": True}],
        window={
            "mode": "advisory",
            "period_field": "tmt",
            "rows": [{"opens": {"months": -3, "day": 1}, "closes": {"months": -2, "day": 31}}],
        },
    )

    for tmt, late in (("2026-06-01", False), ("2026-05-01", True)):
        assert check(kgb, {"tmt": tmt}, []) == []
        assert window_state(kgb, {"tmt": tmt}, IN_APRIL).is_late is late
    too_early = check(kgb, {"tmt": "2026-12-01"}, [])
    assert [error.code for error in too_early] == ["window_closed"]
    assert "1 September 2026" in too_early[0].id

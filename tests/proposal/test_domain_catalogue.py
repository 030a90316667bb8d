"""The layanan that are delivered; `test_definition_schema` has what is wrong with others."""

import json

import pytest

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.parsing import parse_layanan
from services.proposal.domain.stages import Stage
from services.proposal.seeds.definitions import catalogue_documents, load_catalogue
from tests.builders.definitions import definition_data, seeded

AWARD = ("bidang-kinerja", "optional", "none", 1, (2, 0, 2, 1, 1, 5))
# Division, document with MS and with TMS, how many at once, working days of the six stages (B3).
AS_SETTLED = {
    "asn_berprestasi": AWARD,
    "asn_muda_berprestasi": AWARD,
    "bebas_hukdis": ("bidang-kinerja", "required", "none", 3, (2, 2, 2, 1, 1, 2)),
    "kp_fungsional": ("bidang-mutasi", "required", "none", 1, (2, 2, 3, 2, 2, 10)),
}


class TestDelivered:
    @pytest.fixture(params=[found.code for found in load_catalogue()])
    def layanan(self, request: pytest.FixtureRequest) -> LayananDefinition:
        return seeded(request.param)

    def test_tells_the_public_every_fact(self, layanan: LayananDefinition) -> None:
        for text in (layanan.short_name, layanan.description, layanan.fee, layanan.product):
            assert text["id"]
            assert text["en"]
        assert layanan.legal_basis
        assert layanan.procedure
        assert layanan.divisions

    def test_passes_every_stage_of_the_printed_flow(self, layanan: LayananDefinition) -> None:
        assert len(layanan.stages) == 6

    def test_explains_every_condition_to_the_applicant(self, layanan: LayananDefinition) -> None:
        conditional = [row for row in layanan.requirements if row.need.when]

        assert all(row.need.note.get("id") for row in conditional)

    def test_is_plain_json(self, layanan: LayananDefinition) -> None:
        document = next(
            catalogue_document
            for catalogue_document in catalogue_documents()
            if catalogue_document["code"] == layanan.code
        )

        assert parse_layanan(json.loads(json.dumps(document))) == layanan

    def test_holds_the_sixteen_rows_of_the_promotion(self) -> None:
        words = [row.need.word for row in seeded("kp_fungsional").requirements]

        assert len(words) == 16
        assert [number for number, word in enumerate(words, 1) if word == "conditional"] == [
            *(5, 6, 7, 10, 12, 13, 16),
        ]

    def test_limits_awards_to_500_kilobytes_and_the_others_to_a_mebibyte(self) -> None:
        def limits(code: str) -> set[int]:
            return {row.max_bytes for row in seeded(code).requirements if row.upload}

        assert limits("asn_berprestasi") == limits("asn_muda_berprestasi") == {512_000}
        assert limits("bebas_hukdis") == limits("kp_fungsional") == {1_048_576}

    def test_returns_files_from_processing_only_where_bkn_does(self) -> None:
        returning = {found.code for found in load_catalogue() if found.return_from_processing}

        assert returning == {"kp_fungsional"}


CHANGE_LEGAL_STATUS = {
    *("izin_cerai", "keterangan_cerai", "pensiun", "sk_tubel", "kp_fungsional", "kp_struktural"),
}


@pytest.mark.parametrize(
    "layanan", [found for found in load_catalogue() if found.code in CHANGE_LEGAL_STATUS]
)
def test_a_change_of_legal_status_is_for_the_holder_alone(layanan: LayananDefinition) -> None:
    """R42; those that come to the catalogue later must say so too."""
    rule = layanan.stage_rule(Stage.BKPSDM_HEAD_APPROVAL)

    assert rule is not None
    assert (rule.acting, rule.delegates) == (frozenset({"definitive", "pj"}), False)


@pytest.mark.parametrize("code", [found.code for found in load_catalogue()])
def test_each_is_dealt_with_as_the_table_of_layanan_says(code: str) -> None:
    layanan = seeded(code)

    assert AS_SETTLED[code] == (
        *layanan.divisions,
        layanan.result.document,
        layanan.result.tms_document,
        layanan.max_open.count,
        tuple(rule.working_days for rule in layanan.stages),
    )


def test_the_awards_wait_for_the_service_that_chooses_and_scores() -> None:
    for code in ("asn_berprestasi", "asn_muda_berprestasi"):
        given = [rule.stage for rule in seeded(code).stages if rule.decider == "service:awards"]

        assert given == [Stage.OPD_HEAD_APPROVAL, Stage.PROCESSING]
        assert seeded(code).deciding_services == {"awards"}


def test_cpns_file_neither_awards_nor_promotions() -> None:
    closed = {
        found.code
        for found in load_catalogue()
        for rule in found.eligibility
        if rule.when.verdict({}, {"cpns": True}) is False
    }

    assert closed == {"asn_berprestasi", "asn_muda_berprestasi", "kp_fungsional"}


def test_every_teacher_shows_the_teaching_load_whatever_the_level_of_post() -> None:
    row = seeded("kp_fungsional").requirement("beban_mengajar")

    assert row is not None
    assert row.need.applies({}, {"guru": True, "jenjang": "ahli_utama"})
    assert row.need.note["id"] == "Wajib bagi guru semua jenjang jabatan."


def test_the_builders_definition_is_valid() -> None:
    assert parse_layanan(definition_data()).code == "contoh"

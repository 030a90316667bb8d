"""The catalogue as data: what is delivered is right, and what is wrong is named."""

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.parsing import parse_layanan
from services.proposal.domain.reading import DefinitionInvalid
from services.proposal.domain.stages import Stage
from services.proposal.seeds.definitions import catalogue_documents, load_catalogue
from tests.builders.definitions import a_definition, definition_data, seeded


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


def problems(**changes: Any) -> str:
    with pytest.raises(DefinitionInvalid) as refusal:
        a_definition(**changes)
    return "\n".join(refusal.value.problems)


FIELD = {"name": "keperluan", "type": "text", "label": {"id": "Keperluan"}}
ROW = {"code": "skp", "name": {"id": "SKP"}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": "other/1"}, "contoh.format: expected “simpul.layanan/1”"),
        ({"version": 0}, "contoh.version: must be at least 1"),
        ({"version": "1"}, "contoh.version: expected a whole number"),
        ({"name": {"en": "Only English"}}, "contoh.name: expected a text"),
        ({"description": None}, "contoh.description: expected a text"),
        ({"prize": 3}, "contoh.prize: not a known key"),
        ({"allowed_kinds": ["honorer"]}, "contoh.allowed_kinds: expected some of pns, pppk"),
        ({"max_open": {"count": 0}}, "contoh.max_open.count: must be at least 1"),
        ({"fields": [{**FIELD, "type": "file"}]}, "contoh.fields[0].type: “file” is not one of"),
        ({"fields": [{"name": "a", "type": "text"}]}, "contoh.fields[0].label: expected a text"),
        ({"fields": [FIELD, FIELD]}, "contoh.fields: “keperluan” stands there twice"),
        ({"fields": [{**FIELD, "type": "enum"}]}, "contoh.fields[0].options: an enum or multi"),
        (
            {"fields": [{**FIELD, "required": {"field": "lain", "equals": 1}}]},
            "contoh.fields[0].required: no field “lain”",
        ),
        ({"fields": [{**FIELD, "system": True}]}, "contoh.fields[0].default: a system field"),
        ({"fields": ["keperluan"]}, "contoh.fields[0]: expected an object"),
        ({"requirements": {"skp": 1}}, "contoh.requirements: expected a list"),
        (
            {"requirements": [{**ROW, "upload": False, "required": True}]},
            "contoh.requirements[0].required: a row without upload",
        ),
        (
            {"requirements": [{**ROW, "max_bytes": 99_000_000}]},
            "contoh.requirements[0].max_bytes: no file may be larger",
        ),
        ({"requirements": [{**ROW, "requird": True}]}, "requirements[0].requird: not a known key"),
        ({"stages": [{"stage": "umpeg_verification"}]}, "contoh.stages: must end in processing"),
        (
            {"stages": [{"stage": "processing"}, {"stage": "umpeg_verification"}]},
            "contoh.stages: not in the order",
        ),
        ({"stages": [{"stage": "draft"}]}, "contoh.stages[0].stage: “draft” is not one of"),
        (
            {"stages": [{"stage": "processing", "acting": ["plth"]}]},
            "contoh.stages[0].acting: expected some of",
        ),
        (
            {"stages": [{"stage": "processing", "decider": "umpeg"}]},
            "contoh.stages[0].decider: expected “service:<name>”",
        ),
        ({"result": {"document": "maybe"}}, "contoh.result.document: “maybe” is not one of"),
        ({"result": {"document": "pickup"}}, "contoh.result.pickup_place: expected a text"),
        (
            {"window": {"mode": "hard", "period_field": "periode", "rows": []}},
            "contoh.window.rows: a window needs rows",
        ),
        (
            {
                "window": {
                    "mode": "hard",
                    "period_field": "periode",
                    "rows": [
                        {"opens": {"months": -1, "day": 5}, "closes": {"months": -2, "day": 1}},
                    ],
                },
            },
            "contoh.window.rows[0].closes: closes before it opens",
        ),
        (
            {
                "window": {
                    "mode": "hard",
                    "period_field": "periode",
                    "dated": [{"period": "2026-06-01", "opens": "x", "closes": "2026-04-25"}],
                },
            },
            "contoh.window.dated[0].opens: expected a date",
        ),
    ],
)
def test_a_wrong_definition_names_its_fault_and_the_place(
    changes: dict[str, Any], says: str
) -> None:
    assert says in problems(**changes)


def test_all_faults_are_named_at_once() -> None:
    found = problems(version=0, prize=3, fields=[{**FIELD, "type": "file"}])

    assert len(found.splitlines()) >= 3


@pytest.mark.parametrize("data", [None, [], "layanan", 3, {}])
def test_what_is_no_definition_at_all_is_refused(data: Any) -> None:
    with pytest.raises(DefinitionInvalid):
        parse_layanan(data)


def test_no_single_wrong_value_crashes_the_reader() -> None:
    document = next(
        catalogue_document
        for catalogue_document in catalogue_documents()
        if catalogue_document["code"] == "kp_fungsional"
    )

    for path in _paths(document):
        for junk in (None, 7, "x", [], {}, [None], {"a": 1}, True):
            broken = deepcopy(document)
            _put(broken, path, junk)
            with suppress(DefinitionInvalid):
                parse_layanan(broken)


def test_a_plt_may_not_decide_on_a_promotion() -> None:
    rule = seeded("kp_fungsional").stage_rule(Stage.BKPSDM_HEAD_APPROVAL)

    assert rule is not None
    assert "plt" not in rule.acting
    assert "plh" in rule.acting


def test_the_builders_definition_is_valid() -> None:
    assert parse_layanan(definition_data()).code == "contoh"


def _paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every key and to the first item of every list."""
    found = [path] if path else []
    if isinstance(data, dict):
        for key, value in data.items():
            found += _paths(value, (*path, key))
    elif isinstance(data, list) and data:
        found += _paths(data[0], (*path, 0))
    return found


def _put(data: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        data = data[step]
    data[path[-1]] = value

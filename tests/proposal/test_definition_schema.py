"""The published schema of a definition and the code that reads one are the same truth."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from services.proposal.domain.contradictions import contradictions
from services.proposal.domain.layanan import DEFAULT_MAX_BYTES, EMPLOYEE_KINDS, LayananDefinition
from services.proposal.domain.parsing import DefinitionInvalid, checked_layanan, parse_layanan
from services.proposal.domain.reading import read_layanan
from services.proposal.domain.shape import schema
from services.proposal.domain.stages import OFFICER_STAGES
from services.proposal.seeds.definitions import catalogue_documents
from staff.organisation import ACTING_KINDS
from tests.builders.definitions import definition_data

# Another program than the service's reads the schema here: what it holds for valid is taken.
ELSEWHERE = jsonschema_rs.validator_for(schema(), validate_formats=True)
JUNK = (None, 7, -1, 1.5, "x", "X y", "", [], {}, [None], {"a": 1}, True, False, "2026-02-30")
FIELD = {"name": "keperluan", "type": "text", "label": {"id": "Keperluan"}}
MONTH = {"name": "periode", "type": "month", "label": {"id": "Periode"}}
CHOICE = {**FIELD, "type": "enum", "options": [{"value": "baik", "label": {"id": "Baik"}}]}
ROW = {"code": "skp", "name": {"id": "SKP"}}
OFFSETS = {"opens": {"months": -2, "day": 1}, "closes": {"months": -1, "day": 31}}
WINDOW = {"mode": "hard", "period_field": "periode", "rows": [OFFSETS]}
TEACHER = {"fact": "guru", "equals": True}


def everything() -> dict[str, Any]:
    """A definition that uses every member of the format at least once."""
    condition = {"any": [{"all": [TEACHER, {"not": {"field": "periode", "is_set": True}}]}]}
    dated = {"period": "2026-06-01", "opens": "2026-04-01", "closes": "2026-04-25"}
    computed = {**MONTH, "default": "window_period", "system": True}
    implied = [{"when": TEACHER, "value": "baik"}]
    accepted = {"accepted": ["baik"], "refusal": {"id": "Kurang."}, "required": True}
    asked = {"required": condition, "condition_text": {"id": "Bila guru.", "en": "If a teacher."}}
    text = {**FIELD, "minimum": 3, "maximum": 9, "description": {"id": "Isi."}, **asked}
    return definition_data(
        **{"$schema": "layanan.schema.json"},
        divisions=["bidang-kinerja"],
        legal_basis=[{"id": "Peraturan"}],
        procedure=[{"id": "Ajukan."}],
        fee={"id": "Gratis"},
        product={"id": "Surat"},
        sensitive=True,
        allowed_kinds=["pns"],
        eligibility=[{"code": "guru", "when": TEACHER, "refusal": {"id": "Hanya guru."}}],
        max_open={"count": 2, "group": ["lain"], "per_period": True},
        window={
            **WINDOW,
            "rows": [{**OFFSETS, "month": 6, "confirmed": False}],
            "dated": [dated],
            "move_end_to_working_day": True,
            "pattern": "enam_periode",
        },
        fields=[computed, {**CHOICE, "name": "nilai", **accepted, "implied": implied}, text],
        requirements=[
            {**ROW, **asked, "description": {"id": "Asli."}, "max_bytes": 512_000},
            {**ROW, "code": "lain", "upload": False, "template": "t.docx", "archive_key": "skp"},
        ],
        stages=[
            {"stage": "umpeg_verification", "acting": ["plt"], "delegates": False},
            {"stage": "bkpsdm_validation", "working_days": 2},
            {"stage": "processing", "decider": "service:panel"},
        ],
        result={
            "document": "pickup",
            "tms_document": "required",
            "pickup_place": {"id": "Loket"},
            "fields": [FIELD],
        },
        return_from_processing=True,
    )


def test_the_schema_is_one_of_json_schema_2020_12():
    Draft202012Validator.check_schema(schema())

    assert schema()["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_its_lists_are_those_of_the_code():
    parts = schema()["$defs"]
    stage, requirement = parts["stage"]["properties"], parts["requirement"]["properties"]

    assert stage["stage"]["enum"] == [str(stage) for stage in OFFICER_STAGES]
    assert stage["acting"]["items"]["enum"] == list(ACTING_KINDS)
    assert schema()["properties"]["allowed_kinds"]["items"]["enum"] == list(EMPLOYEE_KINDS)
    assert requirement["max_bytes"]["default"] == DEFAULT_MAX_BYTES


def test_every_member_of_the_format_is_used_by_the_definition_that_is_broken_below():
    used = {step for place in places(everything()) for step in place if isinstance(step, str)}

    assert {name for name in members(schema()) if name not in used} == {"in", "at_least", "below"}


@pytest.mark.parametrize("document", catalogue_documents(), ids=lambda one: one["code"])
def test_every_delivered_definition_fits_the_schema_and_is_read(document: dict[str, Any]):
    assert ELSEWHERE.is_valid(document)
    assert parse_layanan(document).code == document["code"]


@pytest.mark.slow
def test_what_the_schema_refuses_is_refused_with_a_place_and_what_it_takes_is_read():
    taken, refused = 0, 0
    for mutant in mutants(everything()):
        errors = refusals(mutant)
        fits = ELSEWHERE.is_valid(mutant)

        assert fits or errors, mutant
        if fits:
            taken += 1
            assert errors == [error.pointer for error in contradictions(mutant)]
            assert isinstance(read_layanan(mutant), LayananDefinition)
        refused += bool(errors)

    assert taken > 50
    assert refused > 500


@pytest.mark.parametrize(
    ("changes", "pointer", "says"),
    [
        ({"format": "other/1"}, "/format", "Harus berupa “simpul.layanan/1”."),
        ({"version": 0}, "/version", "Paling sedikit 1."),
        ({"version": "1"}, "/version", "Harus berupa bilangan bulat."),
        ({"version": 10**12}, "/version", "Paling banyak 1000000."),
        ({"code": "contoh\n"}, "/code", "huruf kecil"),
        ({"code": "c" * 41}, "/code", "Paling panjang 40 huruf."),
        (
            {"requirements": [{"code": "result", "name": {"id": "Hasil"}}]},
            "/requirements/0/code",
            "kode dokumen hasil",
        ),
        ({"legal_basis": [{}] * 201}, "/legal_basis", "Paling banyak 200 butir."),
        (
            {"stages": [{"stage": "processing", "working_days": 10**9}]},
            "/stages/0/working_days",
            "Paling banyak 1000.",
        ),
        ({"name": {"en": "Only English"}}, "/name/id", "Wajib ada."),
        ({"name": {"id": " "}}, "/name/id", "teks yang tidak kosong"),
        ({"description": None}, "/description", "teks dalam bahasa Indonesia"),
        ({"prize": 3}, "/prize", "Tidak dikenal."),
        ({"a/b~": 3}, "/a~1b~0", "Tidak dikenal."),
        ({"allowed_kinds": ["honorer"]}, "/allowed_kinds/0", "Harus salah satu dari: pns, pppk."),
        ({"allowed_kinds": []}, "/allowed_kinds", "Paling sedikit 1 butir."),
        ({"max_open": {"count": 0}}, "/max_open/count", "Paling sedikit 1."),
        ({"fields": [{**FIELD, "type": "file"}]}, "/fields/0/type", "Harus salah satu dari: text"),
        ({"fields": ["keperluan"]}, "/fields/0", "Harus berupa objek."),
        ({"fields": [{**FIELD, "type": "enum"}]}, "/fields/0/options", "Wajib ada."),
        ({"fields": [{**CHOICE, "type": "text"}]}, "/fields/0/options", "daftar kosong"),
        ({"fields": [{**CHOICE, "accepted": ["baik"]}]}, "/fields/0/refusal", "Wajib ada."),
        ({"fields": [{**FIELD, "system": True}]}, "/fields/0/default", "Wajib ada."),
        ({"fields": [FIELD, FIELD]}, "/fields/1/name", "“keperluan” ada 2 kali."),
        (
            {"fields": [{**CHOICE, "accepted": ["kurang"], "refusal": {"id": "Kurang."}}]},
            "/fields/0/accepted",
            "Hanya pilihan isian ini sendiri.",
        ),
        ({"requirements": {"skp": 1}}, "/requirements", "Harus berupa daftar."),
        (
            {"requirements": [{**ROW, "upload": False, "required": True}]},
            "/requirements/0/required",
            "tanpa berkas",
        ),
        (
            {"requirements": [{**ROW, "max_bytes": 99_000_000}]},
            "/requirements/0/max_bytes",
            "Paling banyak 10485760.",
        ),
        ({"requirements": [{**ROW, "requird": True}]}, "/requirements/0/requird", "Tidak dikenal."),
        ({"stages": [{"stage": "umpeg_verification"}]}, "/stages", "berakhir di processing"),
        ({"stages": [{"stage": "processing"}] * 2}, "/stages/1/stage", "ada 2 kali"),
        (
            {"stages": [{"stage": "processing"}, {"stage": "umpeg_verification"}]},
            "/stages",
            "Urutan tahap",
        ),
        (
            {"stages": [{"stage": "processing", "decider": "umpeg"}]},
            "/stages/0/decider",
            "service:<nama>",
        ),
        ({"result": {"document": "pickup"}}, "/result/pickup_place", "Wajib ada."),
        ({"window": {**WINDOW, "rows": []}}, "/window", "rows atau dated"),
        ({"window": WINDOW}, "/window/period_field", "Tidak ada isian bertipe month"),
        (
            {"fields": [MONTH], "window": {**WINDOW, "rows": [{**OFFSETS, "month": 13}]}},
            "/window/rows/0/month",
            "Paling banyak 12.",
        ),
        (
            {
                "fields": [MONTH],
                "window": {
                    **WINDOW,
                    "rows": [{"opens": OFFSETS["closes"], "closes": OFFSETS["opens"]}],
                },
            },
            "/window/rows/0/closes",
            "Berakhir sebelum dimulai.",
        ),
        (
            {
                "fields": [MONTH],
                "window": {
                    **WINDOW,
                    "dated": [{"period": "2026-06-01", "opens": "x", "closes": "2026-04-25"}],
                },
            },
            "/window/dated/0/opens",
            "tanggal (TTTT-BB-HH)",
        ),
        (
            {
                "fields": [MONTH],
                "window": {
                    **WINDOW,
                    "dated": [
                        {"period": "2026-06-15", "opens": "2026-04-01", "closes": "2026-04-25"}
                    ],
                },
            },
            "/window/dated/0/period",
            "hari pertama sebuah bulan",
        ),
    ],
)
def test_a_wrong_definition_names_the_place_and_says_why(
    changes: dict[str, Any], pointer: str, says: str
):
    with pytest.raises(DefinitionInvalid) as refusal:
        parse_layanan(definition_data(**changes))

    assert says in {error.pointer: error.id for error in refusal.value.errors}[pointer]


@pytest.mark.parametrize(
    ("condition", "below", "says"),
    [
        ({}, "", "Harus berupa syarat"),
        ("guru", "", "true, false atau sebuah syarat"),
        ({"field": "nothing", "equals": 1}, "", "Tidak ada isian “nothing”."),
        ({"fact": "password", "equals": 1}, "/fact", "Harus salah satu dari: kind"),
        ({"field": "periode"}, "/field", "Tidak dikenal."),
        ({"field": "periode", "matches": ".*"}, "/matches", "Tidak dikenal."),
        ({"field": "periode", "equals": 1, "below": 2}, "", "satu pembanding"),
        ({"field": "periode", "fact": "guru"}, "", "satu pembanding"),
        ({"field": "periode", "in": 3}, "/in", "Harus berupa daftar."),
        ({"field": "periode", "is_set": "yes"}, "/is_set", "Harus berupa true atau false."),
        ({"all": []}, "/all", "Paling sedikit 1 butir."),
        ({"all": [{**TEACHER, "eval": "1"}]}, "/all/0/eval", "Tidak dikenal."),
        ({"not": {"not": {"not": {"not": {"not": TEACHER}}}}}, "", "paling banyak 5"),
    ],
)
def test_a_wrong_condition_names_the_place_and_says_why(condition: Any, below: str, says: str):
    with pytest.raises(DefinitionInvalid) as refusal:
        parse_layanan(definition_data(fields=[MONTH, {**FIELD, "required": condition}]))

    errors = {error.pointer: error.id for error in refusal.value.errors}
    assert says in errors[f"/fields/1/required{below}"]


def test_the_form_of_a_result_cannot_ask_for_what_the_applicant_entered():
    asked = {**FIELD, "required": {"field": "periode", "is_set": True}}

    with pytest.raises(DefinitionInvalid, match="no field “periode”"):
        parse_layanan(definition_data(fields=[MONTH], result={"fields": [asked]}))


def test_all_faults_are_named_at_once():
    wrong = definition_data(version=0, prize=3, fields=[{**FIELD, "type": "file"}])

    assert refusals(wrong) == ["/fields/0/type", "/prize", "/version"]


@pytest.mark.parametrize("data", [None, [], "layanan", 3, {}, {"not": {}}])
def test_what_is_no_definition_at_all_is_refused(data: Any):
    assert refusals(data)


def test_what_is_nested_without_end_is_refused_before_it_is_looked_at():
    nested: Any = TEACHER
    for _ in range(100_000):
        nested = {"not": nested}

    assert refusals(definition_data(fields=[{**FIELD, "required": nested}])) == [""]


def test_what_is_kept_is_clean_and_without_what_is_for_editors():
    typed = {"id": "Surat\u00a0tugas ", "en": "Letter"}
    given = definition_data(**{"$schema": "x.json"}, version=2.0, name=typed)

    layanan, kept = checked_layanan(given)

    assert kept == definition_data(version=2, name={"id": "Surat tugas", "en": "Letter"})
    assert layanan == parse_layanan(kept)


def test_a_text_with_a_sign_that_nobody_sees_is_refused_at_its_place():
    with pytest.raises(DefinitionInvalid) as refusal:
        checked_layanan(definition_data(fields=[{**FIELD, "label": {"id": "Keper\u0007luan"}}]))

    assert [error.pointer for error in refusal.value.errors] == ["/fields/0/label/id"]


@pytest.mark.parametrize("unseen", ["\u200b", " \u200b"])
def test_a_text_of_which_nothing_is_left_is_refused(unseen: str):
    with pytest.raises(DefinitionInvalid) as refusal:
        checked_layanan(definition_data(name={"id": unseen}))

    assert [error.pointer for error in refusal.value.errors] == ["/name/id"]


@pytest.mark.parametrize("value", [{"\u0000": 1}, ["guru"], float("nan"), float("inf")])
def test_what_no_database_keeps_is_compared_with_nothing(value: Any):
    field = {**FIELD, "required": {"fact": "kind", "equals": value}}

    with pytest.raises(DefinitionInvalid):
        checked_layanan(definition_data(fields=[field]))


def refusals(data: Any) -> list[str]:
    try:
        parse_layanan(data)
    except DefinitionInvalid as refusal:
        return [error.pointer for error in refusal.errors]
    return []


def mutants(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The definition with one thing changed: junk put in, a member left out or one too many.

    Each place gets some of the junk, and together the places of a kind get all of it.
    """
    for number, place in enumerate(places(document)):
        for junk in JUNK[number % 4 :: 4]:
            yield changed(
                document, place, lambda holder, step, value=junk: put(holder, step, value)
            )
        if isinstance(place[-1], str):
            yield changed(document, place, lambda holder, step: holder.pop(step))
        yield changed(document, place, add_something)


def places(data: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every member of every object and every item of every list."""
    items = data.items() if isinstance(data, dict) else enumerate(data if is_list(data) else ())
    found = [place] if place else []
    for step, inner in items:
        found += places(inner, (*place, step))
    return found


def changed(document: dict[str, Any], place: tuple[Any, ...], change: Any) -> dict[str, Any]:
    mutant: Any = deepcopy(document)
    holder = mutant
    for step in place[:-1]:
        holder = holder[step]
    change(holder, place[-1])
    return mutant


def put(holder: Any, step: Any, value: Any) -> None:
    holder[step] = deepcopy(value)


def add_something(holder: Any, step: Any) -> None:
    if isinstance(holder[step], dict):
        holder[step]["zzz"] = 1
    elif is_list(holder[step]) and holder[step]:
        holder[step].append(deepcopy(holder[step][0]))


def is_list(value: Any) -> bool:
    return isinstance(value, list)


def members(part: Any) -> Iterator[str]:
    """Every name that the schema gives to a member of an object."""
    if isinstance(part, dict):
        named = part.get("properties", {})
        yield from named
        for inner in (*part.values(), *named.values()):
            yield from members(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from members(inner)

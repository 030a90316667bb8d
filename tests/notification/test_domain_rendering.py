import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notification.domain.rendering import (
    SENSITIVE_FACTS,
    Facts,
    UnrenderableNotice,
    placeholders,
    render,
)

TEMPLATE = {
    "id": {
        "subject": "Usulan {number}",
        "body": "Yth. {recipient_name},\ntahap {stage_label}\nCatatan: {note}\n{sender}",
    },
    "en": {
        "subject": "Proposal {number}",
        "body": "Dear {recipient_name},\nstage {stage_label}\nNote: {note}\n{sender}",
    },
}
SENSITIVE = {"id": {"subject": "Berkas {number}", "body": "Kini: {stage_label}."}}
LABELS = {
    "stage": {
        "umpeg_verification": {"id": "Verifikasi Umpeg", "en": "Umpeg verification"},
        "processing": {"id": "Diproses"},
    }
}


def facts(**data):
    known = {"number": "demo/1", "stage": "umpeg_verification", "note": "periksa", **data}
    added = {
        "recipient_name": "Contoh Satu",
        "sender": "BKPSDM Kota Contoh",
        "app_url": "http://x.test",
        "region_name": "Kota Contoh",
    }
    return Facts(data=known, added=added, labels=LABELS)


def test_a_template_is_filled_in_each_of_its_languages():
    texts = render(TEMPLATE, facts())

    assert texts["id"].subject == "Usulan demo/1"
    assert texts["id"].body.splitlines()[1] == "tahap Verifikasi Umpeg"
    assert texts["en"].body.splitlines()[1] == "stage Umpeg verification"


def test_a_label_without_the_language_falls_back_to_indonesian():
    assert "stage Diproses" in render(TEMPLATE, facts(stage="processing"))["en"].body


def test_a_sensitive_event_without_a_text_for_it_is_told_to_nobody():
    with pytest.raises(UnrenderableNotice, match="no text in 'id'"):
        render(TEMPLATE, facts(sensitive=True))


def test_a_line_whose_fact_is_null_is_left_out_as_a_whole():
    body = render(TEMPLATE, facts(note=None))["id"].body

    assert "Catatan" not in body
    assert body.endswith("BKPSDM Kota Contoh")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"id": {"subject": "a", "body": "{absent}"}}, "does not carry {absent}"),
        ({"id": {"subject": "{note}", "body": "b"}}, "subject is null"),
        ({"id": {"subject": "a", "body": "{number.__class__}"}}, "brace"),
        ({"id": {"subject": "a", "body": "{ number }"}}, "brace"),
        ({"id": {"subject": "a", "body": "{reasons}"}}, "not something to show"),
        ({"id": {"subject": "a", "body": "{decision_label}"}}, "wanted for {decision_label}"),
        ({"en": {"subject": "a", "body": "b"}}, "no text in 'id'"),
    ],
)
def test_a_text_is_whole_or_an_error_that_names_the_fault(template, message):
    with pytest.raises(UnrenderableNotice) as raised:
        render(template, facts(note=None, reasons=[{"code": "x"}]))

    assert message in str(raised.value)


def test_a_code_without_a_label_is_an_error_not_a_bare_code():
    with pytest.raises(UnrenderableNotice, match="no label for stage 'mystery'"):
        render(TEMPLATE, facts(stage="mystery"))


@pytest.mark.parametrize("said", [None, "ya", 1, {}])
def test_what_is_neither_sensitive_nor_not_is_told_to_nobody(said):
    with pytest.raises(UnrenderableNotice, match="sensitive"):
        render(TEMPLATE, facts(sensitive=said))


def test_a_sensitive_event_says_only_number_and_stage():
    secret = facts(sensitive=True, layanan_name="Izin Perceraian", note="rahasia sekali")

    texts = render(TEMPLATE | {"sensitive": SENSITIVE}, secret)

    everything = " ".join(text.subject + text.body for text in texts.values())
    assert "demo/1" in everything
    assert "Verifikasi Umpeg" in everything
    assert "rahasia" not in everything
    assert "Perceraian" not in everything
    assert "Contoh Satu" not in everything


@pytest.mark.parametrize("name", ["note", "layanan_name", "remark", "result_label"])
def test_a_sensitive_template_may_not_ask_for_more(name):
    template = TEMPLATE | {"sensitive": {"id": {"subject": "{number}", "body": f"{{{name}}}"}}}

    with pytest.raises(UnrenderableNotice, match="R6"):
        render(template, facts(sensitive=True, layanan_name="x", result="ms"))


@given(st.text(), st.text())
def test_no_value_ever_makes_a_second_line_in_a_subject(number, note):
    texts = render(TEMPLATE, facts(number=number, note=note))

    assert len((texts["id"].subject + "x").splitlines()) == 1
    assert "\r" not in texts["id"].body


@given(st.text())
def test_a_value_that_looks_like_a_placeholder_is_not_filled_again(note):
    body = render(TEMPLATE, facts(note="{number}" + note))["id"].body

    assert "Catatan: {number}" in body


def test_placeholders_are_found_in_every_language():
    assert placeholders(TEMPLATE) == {"number", "recipient_name", "stage_label", "note", "sender"}


def test_the_facts_of_a_sensitive_case_are_not_among_the_allowed():
    assert not SENSITIVE_FACTS & {"layanan", "layanan_name", "note", "reasons", "result", "remark"}

"""Nothing typed is lost: what a form could not do, it says, and the text comes back filled."""

import io
import time
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlencode

import pytest
import time_machine
from flask.testing import FlaskClient
from urllib3.filepost import encode_multipart_formdata

from chassis.kernel import text as text_rule
from chassis.kernel.errors import Invalid
from portal.shell.filling import fill
from tests.portal.stage_set import (
    API,
    PROPOSAL,
    FakeEdge,
    identity_answers,
    me,
    problem,
    sign_in,
)
from tests.portal.told import a_field, a_layanan, a_proposal, knows, said

PATH = f"{API}/proposals/{PROPOSAL}"
FORM = f"/portal/usulan/{PROPOSAL}/isi"
DESK = f"/portal/tugas/{PROPOSAL}"
NOTE = "Perbarui SKP <2025>,\nlalu kirim lagi."
SOMEBODY_ELSE = "01a20000-0000-7000-8000-000000000002"


def hidden(client: FlaskClient, page: str) -> dict[str, str]:
    """The hidden fields of a page's own form."""
    main = client.get(page).text.split('<main id="main">')[1]
    names = ("csrf_token", "whose", "key", "etag", "again")
    return {
        name: unescape(main.split(f'name="{name}" value="')[1].split('"')[0])
        for name in names
        if f'name="{name}" value="' in main
    }


def lose_cookies(client: FlaskClient) -> None:
    for name in ("simpul", "simpul_who"):
        client.delete_cookie(name, domain="simpul.test")


def text_of(page: str, name: str) -> str:
    return unescape(
        page.split(f'name="{name}"')[1].split(">")[1].split("</textarea", maxsplit=1)[0]
    )


@pytest.fixture
def applicant(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge)
    open_form(edge)
    return client


def open_form(edge: FakeEdge) -> None:
    """Have a draft with a field of each kind."""
    fields = [
        a_field(),
        a_field("alasan", maximum=2000),
        a_field("setuju", type="bool"),
        a_field("jalur", type="enum", options=[{"value": "a", "label": "A"}]),
        a_field("mana", type="multi", options=[{"value": v, "label": v} for v in "xyz"]),
    ]
    names = [field["name"] for field in fields]
    layanan = a_layanan(fields=fields)
    knows(
        edge,
        a_proposal(
            definition=layanan,
            opened={"fields": names, "documents": ["skp"]},
            fields={"mana": ["x"], "keperluan": "Lama"},
        ),
    )


TYPED = {
    "field.keperluan": 'Melamar "beasiswa" & kursus',
    "field.alasan": NOTE,
    "field.setuju": "true",
    "field.setuju.present": "1",
    "field.jalur": "a",
    "field.mana": ["y", "z"],
    "field.mana.present": "1",
}


def assert_filled(page: str) -> None:
    assert 'value="Melamar &quot;beasiswa&quot; &amp; kursus"' in page
    assert text_of(page, "field.alasan") == NOTE
    assert '<option value="a" selected>' in page
    for value, ticked in (("x", False), ("y", True), ("z", True)):
        tag = page.split(f'name="field.mana" value="{value}"')[1].split(">", maxsplit=1)[0]
        assert ("checked" in tag) == ticked, value
    assert "Ketikan Anda dipulihkan" in page


def test_a_session_that_ends_in_a_form_leads_to_the_sign_in_and_back_to_the_filled_form(
    applicant: FlaskClient, edge: FakeEdge
):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)

    over = applicant.post(FORM, data=form | TYPED)
    sign_in(applicant, edge)
    back = applicant.get(FORM).text

    assert over.status_code == 401
    assert "Sesi Anda berakhir" in over.text
    assert f"/portal/masuk?next={FORM}" in unquote(over.text)
    assert edge.told("PATCH", PATH) == []
    assert_filled(back)


def test_a_session_that_identity_ended_gives_the_text_back_too(
    applicant: FlaskClient, edge: FakeEdge
):
    form = hidden(applicant, FORM)
    edge.answers["POST", "/oauth/token"] = (400, {"error": "invalid_grant"})

    with time_machine.travel(time.time() + 590):
        over = applicant.post(FORM, data=form | TYPED)
        sign_in(applicant, edge)
        back = applicant.get(FORM).text

    assert over.status_code == 401
    assert_filled(back)


def test_a_form_of_the_session_before_comes_back_filled_at_once(
    applicant: FlaskClient, edge: FakeEdge
):
    form = hidden(applicant, FORM)
    sign_in(applicant, edge)

    again = applicant.post(FORM, data=form | TYPED)

    assert again.status_code == 303
    page = applicant.get(again.headers["Location"]).text
    assert "belum ada yang dikirim" in page
    assert_filled(page)


def test_nobody_else_gets_what_was_typed(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)
    applicant.post(FORM, data=form | TYPED)

    edge.answers |= identity_answers()
    sign_in_as(applicant, edge, SOMEBODY_ELSE)
    page = applicant.get(FORM).text
    posted = applicant.post(FORM, data=form | TYPED)

    assert "beasiswa" not in page
    assert "Ketikan Anda dipulihkan" not in page
    assert posted.status_code == 403
    assert "oleh orang lain" in posted.text
    assert "beasiswa" not in posted.text


def sign_in_as(client: FlaskClient, edge: FakeEdge, person: str) -> None:
    with client.session_transaction(base_url="http://simpul.test") as session:
        session.clear()
        session["tokens"] = {"access": "a", "refresh": "r", "id": "i", "until": 9e9, "since": 0}
        session["me"] = {"id": person, "name": "Orang Lain", "opd": None, "zone": None}
        session["me"] |= {"region": None, "region_code": "demo"}


def test_a_forged_form_keeps_nothing(applicant: FlaskClient):
    for forged in ({"whose": "invented"}, {}):
        answer = applicant.post(FORM, data=forged | TYPED)
        assert answer.status_code == 403
        assert "simpul_typed" not in str(answer.headers.getlist("Set-Cookie"))


def test_what_is_kept_is_sealed_short_lived_and_only_for_the_page_with_the_form(
    applicant: FlaskClient,
):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)

    over = applicant.post(FORM, data=form | TYPED)

    (cookie,) = [c for c in over.headers.getlist("Set-Cookie") if c.startswith("simpul_typed_")]
    assert "beasiswa" not in cookie
    assert f"Path={FORM};" in f"{cookie};"
    assert "HttpOnly" in cookie
    assert "Max-Age=3600" in cookie


def test_what_was_typed_is_dead_after_an_hour(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)
    applicant.post(FORM, data=form | TYPED)

    with time_machine.travel(time.time() + 3700):
        sign_in(applicant, edge)
        page = applicant.get(FORM).text

    assert "beasiswa" not in page


def test_secrets_are_never_kept(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)

    secrets = {"new_password": "Rahasia Sekali", "totp": "123 456", "lookup_code": "ABC 123"}
    over = applicant.post(FORM, data=form | secrets)

    assert "Rahasia" not in over.text
    assert "ABC 123" not in over.text
    assert "simpul_typed" not in str(over.headers.getlist("Set-Cookie"))


def test_files_are_named_to_be_chosen_again(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)
    files = {"document.skp": (io.BytesIO(b"%PDF-1.7"), "skp saya.pdf")}

    over = applicant.post(FORM, data=form | TYPED | files)
    sign_in(applicant, edge)

    assert "Berkas harus dipilih lagi: skp saya.pdf" in over.text
    assert '<span data-file="document.skp">skp saya.pdf</span>' in applicant.get(FORM).text


def test_a_file_that_a_script_was_sending_is_named_too(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)

    over = applicant.post(FORM, data=form | TYPED | {"chosen.document.skp": "skp saya.pdf"})
    sign_in(applicant, edge)

    assert "Berkas harus dipilih lagi: skp saya.pdf" in over.text
    assert '<span data-file="document.skp">skp saya.pdf</span>' in applicant.get(FORM).text


def test_a_text_too_long_to_keep_is_shown_to_copy(applicant: FlaskClient):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)
    long_text = " ".join(
        f"Kalimat {n * 7919 % 100_003} {n * 104_729 % 99_991}." for n in range(900)
    )

    over = applicant.post(FORM, data=form | {"field.alasan": long_text})

    assert "Salin dari sini" in over.text
    assert long_text in unescape(over.text)
    assert 'target="_blank"' in over.text
    assert "simpul_typed" not in str(over.headers.getlist("Set-Cookie"))


def test_what_was_sent_again_does_not_come_back(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    sign_in(applicant, edge)
    applicant.post(FORM, data=form | TYPED)
    edge.answers["PATCH", PATH] = (200, a_proposal(), {"ETag": '"2"'})

    applicant.post(FORM, data=hidden(applicant, FORM) | TYPED)

    assert "Ketikan Anda dipulihkan" not in applicant.get(FORM).text


def test_a_form_on_newer_data_says_so(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    sign_in(applicant, edge)
    applicant.post(FORM, data=form | {"etag": '"0"'} | TYPED)

    page = applicant.get(FORM).text
    assert "bandingkan dulu" in page
    assert 'data-restored="older"' in page  # which no script saves by itself


@pytest.mark.parametrize("status", [409, 412])
def test_a_decision_note_survives_a_colleague_who_was_faster(
    officer: FlaskClient, edge: FakeEdge, status: int
):
    form = hidden(officer, DESK)
    decision = {"decision": "revise", "note": NOTE, "reason.document:skp": "document_outdated"}
    edge.answers["POST", f"{PATH}/decisions"] = (status, problem(status, "moved_on"))
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]), etag='"2"')
    edge.answers["GET", f"{PATH}/history"] = (200, {"data": [an_entry(SOMEBODY_ELSE)]})

    overtaken = officer.post(DESK, data=form | decision | {"confirmed": "1"})
    newest = officer.get(DESK).text

    assert overtaken.status_code == status
    assert f"{said('approved')}, oleh Bu Umpeg" in unescape(overtaken.text)
    assert "Penjelasan moved_on." in overtaken.text
    for page in (overtaken.text, newest):
        assert NOTE in unescape(page)
    assert "tidak menunggu keputusan Anda" in newest


def test_a_decision_note_is_in_the_form_again_where_one_may_still_decide(
    officer: FlaskClient, edge: FakeEdge
):
    form = hidden(officer, DESK)
    edge.answers["POST", f"{PATH}/decisions"] = (412, problem(412, "stale"))
    decision = {"decision": "revise", "note": NOTE, "reason.document:skp": "document_outdated"}

    officer.post(DESK, data=form | decision | {"confirmed": "1"})
    page = officer.get(DESK).text

    assert text_of(page, "note") == NOTE
    assert '<option value="document_outdated" selected>' in page
    assert 'value="revise" checked' in page


def test_a_decision_note_does_not_turn_up_in_another_form(officer: FlaskClient, edge: FakeEdge):
    form = hidden(officer, DESK)
    edge.answers["POST", f"{PATH}/decisions"] = (412, problem(412, "stale"))
    officer.post(DESK, data=form | {"decision": "revise", "note": NOTE, "confirmed": "1"})
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=["close"]), etag='"2"')

    closing = officer.get(f"{DESK}/tutup").text

    assert 'name="note"' in closing
    assert NOTE not in unescape(closing)


def test_the_own_other_tab_is_not_called_somebody_else(officer: FlaskClient, edge: FakeEdge):
    edge.answers["GET", f"{PATH}/history"] = (200, {"data": [an_entry(me()["id"])]})
    form = hidden(officer, DESK) | {"etag": '"0"'}

    overtaken = officer.post(DESK, data=form | {"decision": "reject", "note": NOTE})

    assert overtaken.status_code == 412
    assert "oleh Anda sendiri di tab atau perangkat lain" in overtaken.text
    assert "Bu Umpeg" not in overtaken.text


def an_entry(actor: str) -> dict[str, Any]:
    at = "2026-04-02T01:00:00+00:00"
    names = {"acting_label": "", "actor_name": "Bu Umpeg", "actor_id": actor}
    return {"at": at, "done_label": said("approved"), "from_stage": "umpeg_verification"} | (
        {"to_stage": None, "note": None, "reasons": []} | names
    )


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_a_decision_note_survives_whatever_the_service_says(
    officer: FlaskClient, edge: FakeEdge, status: int
):
    form = hidden(officer, DESK)
    edge.answers["POST", f"{PATH}/decisions"] = (status, problem(status, "no"))

    refused = officer.post(DESK, data=form | {"decision": "revise", "note": NOTE, "confirmed": "1"})

    assert refused.status_code == status
    assert f'href="{DESK}"' in refused.text
    assert text_of(officer.get(DESK).text, "note") == NOTE


def test_a_second_tab_that_saves_over_the_first_is_told_of_the_own_tab(
    applicant: FlaskClient, edge: FakeEdge
):
    edge.answers["PATCH", PATH] = (412, problem(412, "stale"))

    page = applicant.post(FORM, data=hidden(applicant, FORM) | TYPED)

    assert "di tab atau perangkat lain" in page.text
    assert_filled(applicant.get(FORM).text)


def as_script(client: FlaskClient, form: dict[str, str], **more: Any) -> Any:
    headers = {"Accept": "application/json"}
    return client.post(f"{FORM}/otomatis", data=form | more, headers=headers)


@pytest.fixture
def ended(applicant: FlaskClient, edge: FakeEdge) -> Iterator[dict[str, str]]:
    form = hidden(applicant, FORM)
    edge.answers["POST", "/oauth/token"] = (400, {"error": "invalid_grant"})
    with time_machine.travel(time.time() + 590):
        yield form


def test_autosave_after_the_session_is_told_so_and_ends_nothing(
    applicant: FlaskClient, ended: dict[str, str]
):
    answer = as_script(applicant, ended, **{"field.keperluan": "Baru"})

    assert answer.status_code == 401
    assert answer.get_json()["code"] == "session_over"
    assert "Isian Anda tetap ada di halaman ini" in answer.get_json()["detail"]
    assert answer.headers.getlist("Set-Cookie") == []


def test_a_script_without_cookies_hears_that_the_session_is_over(applicant: FlaskClient):
    form = hidden(applicant, FORM)
    lose_cookies(applicant)

    answer = as_script(applicant, form)

    assert (answer.status_code, answer.get_json()["code"]) == (401, "session_over")


def test_a_script_goes_on_after_signing_in_in_another_tab(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    sign_in(applicant, edge)
    edge.answers["PATCH", PATH] = (200, a_proposal(), {"ETag": '"2"'})

    old = as_script(applicant, form, **{"field.keperluan": "Baru"}).get_json()
    saved = as_script(
        applicant, form | {"csrf_token": old["csrf_token"]}, **{"field.keperluan": "Baru"}
    )

    assert old["code"] == "form_old"
    assert saved.get_json()["etag"] == '"2"'


def test_a_script_of_another_persons_page_gets_no_secret(applicant: FlaskClient, edge: FakeEdge):
    form = hidden(applicant, FORM)
    sign_in_as(applicant, edge, SOMEBODY_ELSE)

    answer = as_script(applicant, form)

    assert answer.status_code == 403
    assert "csrf_token" not in answer.get_json()


def test_autosave_in_a_second_tab_is_told_of_the_first(applicant: FlaskClient, edge: FakeEdge):
    edge.answers["PATCH", PATH] = (412, problem(412, "stale"))

    answer = as_script(applicant, hidden(applicant, FORM), **{"field.keperluan": "Baru"})

    assert answer.status_code == 412
    assert "tab atau perangkat lain" in answer.get_json()["detail"]


def test_a_sign_in_beside_a_form_ends_on_a_page_that_says_to_go_back(
    client: FlaskClient, edge: FakeEdge
):
    assert client.get("/portal/sudah-masuk").status_code == 302
    sign_in(client, edge)

    assert "lanjutkan di tab sebelumnya" in client.get("/portal/sudah-masuk").text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded; charset=windows-1252", "csrf_token={}&whose={}"),
        ("application/x-www-form-urlencoded", "csrf_token={}&whose={}&_charset_=windows-1252"),
        ("application/x-www-form-urlencoded; charset=utf-16", "csrf_token={}&whose={}"),
    ],
)
def test_a_form_in_another_encoding_is_told_what_to_do(
    applicant: FlaskClient, edge: FakeEdge, content_type: str, body: str
):
    form = hidden(applicant, FORM)
    data = body.format(form["csrf_token"], form["whose"]).encode("windows-1252")

    page = applicant.post(FORM, data=data, content_type=content_type)

    assert page.status_code == 415
    assert "tidak dikirim sebagai UTF-8" in page.text
    assert edge.told("PATCH", PATH) == []


BROKEN = [
    ("caf%E9", "caf\uffff", "caf\ufffd"),
    ("café".encode("windows-1252"), "caf\uffff", "caf\ufffd"),
    ("a%00b", "a\0b", "a\ufffdb"),
    ("%ED%A0%80 seleksi", "\uffff\uffff\uffff seleksi", "\ufffd\ufffd\ufffd seleksi"),
    ("a%EF%BF%BDb", "a\uffffb", "a\ufffdb"),
    ("a%EF%BF%BFb", "a\uffffb", "a\ufffdb"),
    ("a%01b", "a\x01b", "a\ufffdb"),
]


@pytest.mark.parametrize(("typed", "asked", "shown"), BROKEN)
@pytest.mark.parametrize("in_parts", [False, True])
def test_characters_that_cannot_be_read_are_told_at_their_field_and_the_rest_stays(
    applicant: FlaskClient,
    edge: FakeEdge,
    typed: str | bytes,
    asked: str,
    shown: str,
    in_parts: bool,
):
    refusal = problem(422, "invalid", **{"/fields/keperluan": "Ketik ulang bagian itu."})
    edge.answers["PATCH", PATH] = (422, refusal)
    form = hidden(applicant, FORM)
    text = typed if isinstance(typed, bytes) else typed.encode()

    if in_parts:
        parts = {**form, "field.keperluan": unquote_to_bytes(text)}
        body, content_type = encode_multipart_formdata(parts)
        page = applicant.post(FORM, data=body, content_type=content_type)
    else:
        body = urlencode(form).encode() + b"&field.keperluan=" + text
        page = applicant.post(FORM, data=body, content_type="application/x-www-form-urlencoded")

    assert page.status_code == 422
    assert "Ketik ulang bagian itu." in page.text
    assert shown in page.text
    assert asked not in page.text
    (call,) = edge.told("PATCH", PATH)
    assert call.json["fields"]["keperluan"] == asked
    with pytest.raises(Invalid):
        text_rule.prose(asked)


def test_a_form_that_is_too_long_is_told_what_to_do(applicant: FlaskClient):
    form = hidden(applicant, FORM)

    page = applicant.post(FORM, data=form | {"field.alasan": "a" * 1_100_000})

    assert page.status_code == 413
    assert "Yang dikirim terlalu besar" in page.text


@pytest.mark.parametrize(
    ("who", "address"),
    [("applicant", FORM), ("officer", DESK), ("officer", "/portal/tugas"), ("client", "/portal/")],
)
def test_filling_leaves_everything_else_of_a_page_as_it_was(
    request: pytest.FixtureRequest, who: str, address: str
):
    answer = request.getfixturevalue(who).get(address)

    assert answer.status_code == 200
    assert fill(answer.text, {}).page == answer.text


def test_filling_keeps_to_forms_that_change_something():
    page = '<form method="get"><input name="q"></form><form method="post"><input name="q"></form>'

    filled = fill(page, {"q": ['<"&>']})

    assert filled.page.count("value=") == 1
    assert 'value="&lt;&quot;&amp;&gt;"' in filled.page


@pytest.mark.parametrize(
    "kind", ["hidden", "password", "file", "submit"], ids=lambda kind: f"an input that is {kind}"
)
def test_filling_never_touches(kind: str):
    page = f'<form method="post"><input type="{kind}" name="a" value="b"></form>'

    filled = fill(page, {"a": ["c"]})

    assert (filled.page, filled.placed) == (page, frozenset())

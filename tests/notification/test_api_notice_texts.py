"""A region says a notice in its own words, and no notice fails because of them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chassis.events.envelope import Event
from chassis.process.manifest import discover
from chassis.process.telemetry import log
from chassis.process.texts import Texts
from services.notification.subscriptions import heard
from services.proposal.manifest import MANIFEST as PROPOSAL
from tests.builders.manifests import Imagined
from tests.notification.desk import ADMIN, APPLICANT, OFFICER, REGION, a_role

API = "/api/notification/v1/notice-texts"
CONTRACTS = Path(__file__).parents[2] / "services/proposal/contracts"
RETURNED = f"{API}/proposal/proposal_returned/ordinary/id"
SECRETLY = f"{API}/proposal/proposal_returned/sensitive/id"
OWN = {"subject": "Perbaiki {number}", "body": "Mohon perbaiki {layanan_name}.\n\nAlasan: {note}"}


@pytest.fixture
def office(desk):
    """A desk that tells what the proposal service says, and an administrator of its region."""
    desk.service.runtime.heard = heard(discover())
    desk.hear(a_role(ADMIN, "bkpsdm_admin"))
    return desk


def ask(office, method, path, body=None, *, person=ADMIN, seen=None, language="id", region=REGION):
    headers = {"Accept-Language": language} | ({"If-Match": f'"{seen}"'} if seen else {})
    token = office.service.person(person, "notification", region=region)
    more = {} if body is None else {"json": body}
    return office.service.call(method, path, token=token, headers=headers, **more)


def a_return(number=1, **data):
    sample = json.loads((CONTRACTS / "proposal.returned.v1.sample.json").read_text("utf-8"))
    return Event(
        type="proposal.returned.v1",
        subject=f"proposal/{number}",
        version=number,
        region=data.pop("region", REGION),
        source="proposal",
        data=sample["data"] | {"applicant_id": str(APPLICANT)} | data,
    )


def last_told(office, language="id"):
    assert office.parked() == []
    return office.notices[-1].texts[language]


def test_every_text_of_every_notice_is_listed_with_what_it_may_use(office):
    texts = ask(office, "GET", API).json["data"]

    notices = [notice for manifest in discover().values() for notice in manifest.notices]
    assert len(texts) == len(notices) * 4
    [returned] = [
        text
        for text in texts
        if (text["notice"], text["kind"], text["language"])
        == ("proposal_returned", "ordinary", "id")
    ]
    assert returned["own"] is False
    assert returned["subject"] == returned["built_in"]["subject"]
    assert returned["greeting"] == "Yth. Bapak/Ibu {recipient_name},"
    assert {"number", "note", "layanan_name", "stage_label", "app_url", "case_url"} <= {
        *returned["placeholders"]
    }
    assert not {"applicant_id", "reasons", "sensitive"} & {*returned["placeholders"]}


def test_own_words_are_told_from_the_next_event_on_and_only_in_their_language(office):
    office.hear(a_return(1))
    before = last_told(office)

    changed = ask(office, "PUT", RETURNED, OWN, seen=1)
    office.hear(a_return(2))

    assert changed.status_code == 200
    assert (changed.json["own"], changed.json["changed_by"]) == (True, str(ADMIN))
    assert changed.headers["ETag"] == '"2"'
    told = last_told(office)
    assert told["subject"] == "Perbaiki DEMO/BEBAS-HUKDIS/2026/000001"
    assert told["body"].startswith(
        "Yth. Bapak/Ibu Contoh Pengusul,\n\nMohon perbaiki Surat Keterangan"
    )
    assert told["body"].endswith("Terima kasih,\nBKPSDM Kota Contoh Raya")
    assert last_told(office, "en")["subject"].endswith("needs a revision")
    assert told != before


def test_own_words_may_speak_of_what_the_built_in_ones_do_not(office):
    ask(office, "PUT", RETURNED, OWN | {"body": "Kode: {layanan}, dari {region_name}."}, seen=1)

    office.hear(a_return(1))

    assert "Kode: bebas_hukdis, dari Kota Contoh Raya." in last_told(office)["body"]


def test_the_built_in_words_come_back_and_no_version_comes_twice(office):
    ask(office, "PUT", RETURNED, OWN, seen=1)

    restored = ask(office, "DELETE", RETURNED, seen=2)
    office.hear(a_return(1))

    assert (restored.json["own"], restored.json["version"]) == (False, 3)
    assert "perlu perbaikan" in last_told(office)["subject"]
    assert ask(office, "PUT", RETURNED, OWN, seen=1).status_code == 412
    assert ask(office, "PUT", RETURNED, OWN, seen=3).json["version"] == 4


def test_of_two_who_change_it_one_wins(office):
    assert ask(office, "PUT", RETURNED, OWN).status_code == 428
    assert ask(office, "PUT", RETURNED, OWN, seen=1).status_code == 200
    assert ask(office, "PUT", RETURNED, OWN | {"subject": "x"}, seen=1).status_code == 412
    assert ask(office, "DELETE", RETURNED, seen=1).status_code == 412


REFUSED = [
    (RETURNED, {"body": "Cuaca {weather}"}, "/body", "unknown_placeholder"),
    (RETURNED, {"body": "{applicant_id}"}, "/body", "unknown_placeholder"),
    (RETURNED, {"subject": "{note}"}, "/subject", "unknown_placeholder"),
    (RETURNED, {"body": "{ number }"}, "/body", "stray_brace"),
    (SECRETLY, {"body": "{note}"}, "/body", "unknown_placeholder"),
    (SECRETLY, {"body": "{layanan_name}"}, "/body", "unknown_placeholder"),
    (RETURNED, {"subject": "dua\nbaris"}, "/subject", "line_break"),
    (RETURNED, {"body": "terbalik \u202e"}, "/body", "direction_mark"),
]


def test_what_the_event_does_not_bring_is_refused_with_what_may_be_used(office):
    for path, words, pointer, code in REFUSED:
        plain = {"subject": "Usulan {number}", "body": "Tahap {stage_label}"} | words
        answers = [
            ask(office, "POST", f"{path}/preview", plain, language="en"),
            ask(office, "PUT", path, plain, seen=1, language="en"),
        ]

        for answer in answers:
            assert answer.status_code == 422, words
            [error] = answer.json["errors"]
            assert (error["pointer"], error["code"]) == (pointer, code)
            assert code != "unknown_placeholder" or "{number}" in error["detail"]


def test_a_preview_shows_each_channel_and_keeps_nothing(office):
    shown = ask(office, "POST", f"{RETURNED}/preview", OWN).json

    assert shown["subject"] == "Perbaiki DEMO/BEBAS-HUKDIS/2026/000001"
    assert "Alasan: SKP tahun terakhir tidak terbaca." in shown["body"]
    assert "Yth. Bapak/Ibu Contoh Admin," in shown["body"]
    assert [told["channel"] for told in shown["channels"]] == ["in_app", "email", "whatsapp"]
    assert shown["channels"][1]["body"] == shown["body"]
    assert ask(office, "GET", RETURNED).json["own"] is False


def test_every_built_in_text_can_be_previewed_and_kept_as_it_is(office):
    for text in ask(office, "GET", API).json["data"]:
        path = "/".join((API, text["service"], text["notice"], text["kind"], text["language"]))

        shown = ask(office, "POST", f"{path}/preview", text["built_in"])
        kept = ask(office, "PUT", path, text["built_in"], seen=1)

        assert (shown.status_code, kept.status_code) == (200, 200), path
        assert "{" not in shown.json["subject"] + shown.json["body"]


def test_a_sensitive_case_is_told_in_its_own_sensitive_words_only(office):
    ask(office, "PUT", RETURNED, OWN, seen=1)
    ask(office, "PUT", SECRETLY, {"subject": "Kabar {number}", "body": "{stage_label}."}, seen=1)

    office.hear(a_return(1, sensitive=True, note=None))

    told = last_told(office)
    assert told["subject"] == "Kabar DEMO/BEBAS-HUKDIS/2026/000001"
    assert "Mohon" not in told["body"]
    assert "Perbaikan." in told["body"]


def test_words_that_a_later_release_can_no_longer_fill_never_stop_a_notice(office, monkeypatch):
    warnings = []
    monkeypatch.setattr(log, "warning", lambda event, **told: warnings.append((event, told)))
    ask(office, "PUT", RETURNED, OWN, seen=1)
    later = {"id": {"subject": "{number}", "body": "-"}, "en": {"subject": "x", "body": "-"}}
    [notice] = [one for one in PROPOSAL.notices if one.name == "proposal_returned"]
    texts = Texts(notices={notice.name: later})
    of_later = Imagined("proposal", {}, notices=(notice,), texts=texts)
    office.service.runtime.heard = heard({"proposal": of_later})
    event = a_return(1)
    del event.data["note"]

    office.hear(event)

    assert last_told(office)["body"] == "-"
    [(told, about)] = warnings
    assert (told, about["notice"]) == ("own_words_unusable", "proposal_returned")
    assert "the event does not carry" in about["error"]


def test_only_who_may_change_the_data_of_the_region_may_look_or_change(office):
    office.hear(a_role(OFFICER, "umpeg"))

    for person in (APPLICANT, OFFICER):
        for method, path, body in (
            ("GET", API, None),
            ("GET", RETURNED, None),
            ("PUT", RETURNED, OWN),
            ("DELETE", RETURNED, None),
            ("POST", f"{RETURNED}/preview", OWN),
        ):
            answer = ask(office, method, path, body, person=person, seen=1)
            assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize(
    "path",
    ["nowhere/proposal_returned/ordinary/id", "proposal/nothing/ordinary/id",
     "proposal/proposal_returned/ordinary/fr", "proposal/proposal_returned/loud/id"],
)  # fmt: skip
def test_what_no_notice_says_is_not_there(office, path):
    assert ask(office, "GET", f"{API}/{path}").status_code == 404
    assert ask(office, "PUT", f"{API}/{path}", OWN, seen=1).status_code == 404


def test_another_region_keeps_the_built_in_words(office):
    ask(office, "PUT", RETURNED, OWN, seen=1)
    office.hear(replace(a_role(ADMIN, "sysadmin"), region="lain"))

    theirs = ask(office, "GET", RETURNED, region="lain")

    assert (theirs.json["own"], theirs.json["version"]) == (False, 1)

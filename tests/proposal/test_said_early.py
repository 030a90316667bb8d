"""What keeps somebody from filing is told on the card and on the form, as sending would say it."""

from dataclasses import replace
from typing import Any

import time_machine
from sqlalchemy import event

from services.proposal.models import db
from tests.builders.definitions import WORKFLOW, definition_data
from tests.builders.people import employee_event
from tests.proposal.office import BEBAS_HUKDIS, Office
from tests.proposal.over_http import etag

AWARDS = {"asn_berprestasi", "asn_muda_berprestasi"}
CHOSEN_BY_SERVICE = definition_data(
    code="penghargaan_contoh",
    stages=[
        {"stage": stage, **({"decider": "service:panel"} if stage == "processing" else {})}
        for stage in WORKFLOW
    ],
)


def cards(office: Office, who: str = "applicant") -> dict[str, list[dict[str, Any]]]:
    rows = office.call("GET", "/layanan", who).json["data"]
    return {row["code"]: row["obstacles"] for row in rows}


def kinds(obstacles: list[dict[str, Any]]) -> list[str]:
    return [obstacle["kind"] for obstacle in obstacles]


def begun(office: Office, layanan: str = BEBAS_HUKDIS, who: str = "applicant"):
    body = {"layanan": layanan, "fields": {}}
    return office.call("POST", "/proposals", who, json=body)


class TestADeciderThatIsNotInstalled:
    def test_its_layanan_is_neither_listed_nor_shown_nor_begun(self, office: Office):
        office.install(CHOSEN_BY_SERVICE)

        assert not ({"penghargaan_contoh"} | AWARDS) & set(cards(office))
        shown = office.call("GET", "/layanan/penghargaan_contoh", "applicant")
        assert (shown.status_code, shown.json["code"]) == (404, "layanan_unknown")
        refused = begun(office, "penghargaan_contoh")
        assert (refused.status_code, refused.json["code"]) == (404, "layanan_unknown")

    def test_installing_it_offers_its_layanan(self, office: Office):
        office.install(CHOSEN_BY_SERVICE)
        office.installs_service("awards")
        office.installs_service("panel")

        assert {"penghargaan_contoh"} | AWARDS <= set(cards(office))
        assert begun(office, "penghargaan_contoh").status_code == 201

    def test_a_draft_of_before_is_not_sent_and_a_running_case_goes_on(self, office: Office):
        office.install(CHOSEN_BY_SERVICE)
        office.installs_service("panel")
        running = office.submitted(layanan="penghargaan_contoh")
        draft = begun(office, "penghargaan_contoh")

        office.removes_service("panel")

        path = f"/proposals/{draft.json['id']}"
        seen = office.call("GET", path, "applicant")
        refused = office.call("POST", f"{path}/submit", "applicant", headers=etag(seen))
        assert refused.json["errors"][0]["code"] == "layanan_not_offered"
        assert kinds(seen.json["obstacles"])[0] == "not_offered"
        office.decide(running, "umpeg")
        assert office.read(running).stage == "opd_head_approval"


class TestTheCard:
    def test_says_that_nothing_is_in_the_way(self, office: Office):
        assert cards(office)[BEBAS_HUKDIS] == []

    def test_says_who_may_not_and_why(self, office: Office):
        [obstacle] = [one for one in cards(office)["kp_fungsional"] if one["kind"] != "window"]

        assert obstacle["kind"] == "not_eligible"
        assert obstacle["code"] == "not_functional"
        assert obstacle["detail"] == "Layanan ini untuk PNS yang menduduki jabatan fungsional."

    def test_a_fact_that_is_not_on_record_is_not_known_never_not_eligible(self, office: Office):
        office.service.hear(employee_event("applicant", "disdik", version=2, jenis_jabatan=None))

        obstacles = [one for one in cards(office)["kp_fungsional"] if one["kind"] != "window"]

        assert kinds(obstacles) == ["not_known"]
        assert "jenis jabatan" in obstacles[0]["detail"]
        assert "Umpeg" in obstacles[0]["detail"]

    def test_of_somebody_without_a_record_says_so(self, office: Office):
        office.service.hear(employee_event("applicant", "disdik", version=2, active=False))

        assert kinds(cards(office)[BEBAS_HUKDIS]) == ["not_known"]

    def test_says_when_the_window_opens_and_is_silent_while_it_is_open(self, office: Office):
        office.service.hear(employee_event("applicant", "disdik", version=2, jenis_jabatan="jf"))

        def on(day: str) -> list[dict[str, Any]]:
            with time_machine.travel(f"{day}T03:00:00Z"):
                return cards(replace(office, _tokens={}))["kp_fungsional"]

        opened, [closed] = on("2026-04-10"), on("2026-04-28")

        assert closed["kind"] == "window"
        assert "1 Mei 2026 untuk periode Juli 2026" in closed["detail"]
        assert opened == []

    def test_counts_what_runs_already(self, office: Office):
        for _ in range(3):
            office.submitted()

        [obstacle] = cards(office)[BEBAS_HUKDIS]

        assert (obstacle["kind"], obstacle["code"]) == ("too_many", "too_many_open")

    def test_costs_the_same_for_any_number_of_layanan(self, office: Office):
        def asked() -> int:
            statements: list[str] = []

            def count(*args: Any) -> None:
                statements.append(args[2])

            with office.service.app.app_context():
                engine = db.engine
            event.listen(engine, "before_cursor_execute", count)
            cards(office)
            event.remove(engine, "before_cursor_execute", count)
            return len(statements)

        cards(office)
        few = asked()
        office.install(*(definition_data(code=f"contoh_{number}") for number in range(15)))
        cards(office)

        assert len(cards(office)) == 17
        assert asked() == few


class TestTheForm:
    def test_names_everything_that_is_missing_from_the_first_moment(self, office: Office):
        draft = begun(office)

        assert {one["pointer"] for one in draft.json["obstacles"]} == {
            "/fields/keperluan",
            "/documents/skp_1_tahun",
            "/documents/skp_2_tahun",
            "/documents/pernyataan_tidak_hukdis",
        }
        assert set(kinds(draft.json["obstacles"])) == {"incomplete"}

    def test_an_entry_that_an_answer_requires_is_named_as_soon_as_it_is_given(self, office: Office):
        office.service.hear(employee_event("applicant", "disdik", version=2, jenis_jabatan="jf"))
        draft = begun(office, "kp_fungsional")

        answers = {"fields": {"jenis_kp": "penyesuaian_ijazah", "jalur_ujian": "none"}}
        changed = office.call(
            "PATCH",
            f"/proposals/{draft.json['id']}",
            "applicant",
            json=answers,
            headers=etag(draft),
        ).json

        assert changed["fields"]["jalur_ujian"] == "penyesuaian_ijazah"
        assert "/documents/surat_lulus_ujian" in {one["pointer"] for one in changed["obstacles"]}

    def test_says_what_sending_would_say(self, office: Office):
        draft = begun(office, "kp_fungsional")
        path = f"/proposals/{draft.json['id']}/submit"

        refused = office.call("POST", path, "applicant", headers=etag(draft)).json["errors"]

        told = [(one["pointer"], one["code"]) for one in draft.json["obstacles"]]
        assert told == [(error["pointer"], error["code"]) for error in refused]

    def test_that_is_complete_has_nothing_in_the_way(self, office: Office):
        draft = office.draft()

        assert office.call("GET", f"/proposals/{draft}", "applicant").json["obstacles"] == []

    def test_tells_obstacles_to_the_applicant_only(self, office: Office):
        sent = office.submitted()

        assert office.call("GET", f"/proposals/{sent}", "umpeg").json["obstacles"] == []


class TestWhatIsRunningAlready:
    def running(self, office: Office, who: str = "applicant") -> list[tuple[Any, str]]:
        """Told by the card, by the layanan and, of another draft, on top of its form, alike."""
        (card,) = [
            row
            for row in office.call("GET", "/layanan", who).json["data"]
            if row["code"] == BEBAS_HUKDIS
        ]
        whole = office.call("GET", f"/layanan/{BEBAS_HUKDIS}", who).json
        draft = begun(office, who=who).json
        assert card["running"] == whole["running"] == draft["running"]
        return [(other["number"], other["stage"]) for other in card["running"]]

    def test_it_is_told_before_anything_is_typed(self, office: Office):
        number = office.read(office.submitted()).number

        assert self.running(office) == [(number, "umpeg_verification")]
        assert self.running(office) == [(None, "draft"), (number, "umpeg_verification")]

    def test_what_has_ended_and_what_is_another_persons_is_not(self, office: Office):
        ended = office.submitted()
        office.decide(ended, "umpeg", "reject", note="Belum memenuhi syarat.")
        office.submitted("opd_secretary")

        assert self.running(office) == []

    def test_an_officer_is_not_told_of_it(self, office: Office):
        first, second = office.submitted(), office.submitted()

        for proposal_id in (first, second):
            assert office.call("GET", f"/proposals/{proposal_id}", "umpeg").json["running"] == []

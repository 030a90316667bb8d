from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.notification.domain.attempts import permanent
from tests.notification.desk import ADMIN, APPLICANT, OFFICER, a_role, a_rule, an_employee, an_event

API = "/api/notification/v1"


@pytest.fixture
def told(desk):
    desk.hear(*(an_event(subject=f"file/{n}", version=n, number=f"demo/{n}") for n in range(1, 6)))
    return desk


def ask(desk, path, *, person=APPLICANT, scopes=("notification",), method="GET", **kwargs):
    token = desk.service.person(person, *scopes)
    return desk.service.call(method, f"{API}{path}", token=token, **kwargs)


class TestTheInbox:
    def test_shows_my_notices_newest_first_page_by_page(self, told):
        first = ask(told, "/notices?limit=3").json
        second = ask(told, f"/notices?limit=3&cursor={first['page']['next_cursor']}").json

        subjects = [item["subject"] for item in first["data"] + second["data"]]
        assert subjects == [f"Berkas demo/{n}" for n in (5, 4, 3, 2, 1)]
        assert second["page"]["has_more"] is False

    def test_tells_what_a_notice_is_about_and_how_it_travels(self, told):
        [one] = ask(told, "/notices?about=file/2").json["data"]

        assert (one["about"], one["event_type"]) == ("file/2", "file.moved.v1")
        assert one["channels"] == ["in_app", "email"]
        assert one["read_at"] is None

    def test_speaks_the_language_asked_for_unless_another_was_chosen(self, told):
        english = {"Accept-Language": "en"}
        assert ask(told, "/notices?limit=1", headers=english).json["data"][0]["language"] == "en"

        choice = {"email": True, "whatsapp": True, "language": "id"}
        ask(told, "/preferences", method="PUT", json=choice)

        assert ask(told, "/notices?limit=1", headers=english).json["data"][0]["language"] == "id"

    def test_is_nobody_elses(self, told):
        mine = ask(told, "/notices?limit=1").json["data"][0]["id"]

        assert ask(told, "/notices", person=OFFICER).json["data"] == []
        answer = ask(told, f"/notices/{mine}/read", person=OFFICER, method="POST")
        missing = ask(told, f"/notices/{uuid7()}/read", person=OFFICER, method="POST")
        assert (answer.status_code, missing.status_code) == (404, 404)
        assert answer.json["code"] == missing.json["code"]

    def test_is_not_another_regions(self, told):
        token = told.service.person(APPLICANT, "notification", region="lain")

        assert told.service.call("GET", f"{API}/notices", token=token).json["data"] == []

    def test_counts_what_is_unread(self, told):
        one = ask(told, "/notices?limit=1").json["data"][0]["id"]

        ask(told, f"/notices/{one}/read", method="POST", json={})

        assert ask(told, "/notices/counts").json == {"unread": 4}
        assert len(ask(told, "/notices?unread=true").json["data"]) == 4
        assert [row["id"] for row in ask(told, "/notices?unread=false").json["data"]] == [one]

    def test_keeps_the_time_of_the_first_reading(self, told):
        one = ask(told, "/notices?limit=1").json["data"][0]["id"]

        first = ask(told, f"/notices/{one}/read", method="POST").json["read_at"]
        again = ask(told, f"/notices/{one}/read", method="POST").json["read_at"]

        assert first == again
        assert datetime.fromisoformat(first).tzinfo is not None

    def test_can_be_marked_read_as_a_whole_and_only_mine(self, told):
        told.hear(an_event(version=9, owner_id=str(OFFICER)))

        assert ask(told, "/notices/read-all", method="POST", json={}).json == {"count": 5}
        assert ask(told, "/notices/counts").json == {"unread": 0}
        assert ask(told, "/notices/counts", person=OFFICER).json == {"unread": 1}

    def test_leaves_out_what_a_rule_sends_by_mail_only(self, told):
        told.rules(a_rule(channels=("email",)))
        told.hear(an_event(version=9))

        assert ask(told, "/notices/counts").json == {"unread": 5}

    def test_is_closed_to_an_older_token_of_ended_sessions(self, told):
        ended = (now() + timedelta(hours=1)).isoformat()
        told.hear(an_employee(APPLICANT, "Contoh", 2, sessions_revoked_at=ended))

        answer = ask(told, "/notices")

        assert (answer.status_code, answer.json["code"]) == (401, "session_revoked")

    @pytest.mark.parametrize("path", ["/notices", "/notices/counts", "/preferences"])
    def test_needs_a_person_with_the_scope(self, told, path):
        client = told.service.client("svc-files", "notification")

        assert told.service.call("GET", f"{API}{path}").status_code == 401
        assert ask(told, path, scopes=("proposal",)).status_code == 403
        assert told.service.call("GET", f"{API}{path}", token=client).status_code == 403


class TestPreferences:
    def test_begin_with_everything_on(self, desk):
        both = {"email": True, "whatsapp": True}
        expected = {"in_app": True, **both, "channels": both, "language": None, "unreached": []}

        assert ask(desk, "/preferences").json == expected

    def test_are_kept(self, desk):
        choice = {"email": False, "whatsapp": False, "language": "en"}

        ask(desk, "/preferences", method="PUT", json=choice)

        channels = {"email": False, "whatsapp": False}
        kept = {"in_app": True, **choice, "channels": channels, "unreached": []}
        assert ask(desk, "/preferences").json == kept
        assert ask(desk, "/preferences", person=OFFICER).json["email"] is True

    def test_cannot_switch_the_inbox_off(self, desk):
        choice = {"in_app": False, "email": True, "whatsapp": True}

        answer = ask(desk, "/preferences", method="PUT", json=choice)

        assert (answer.status_code, answer.json["code"]) == (422, "in_app_required")
        assert answer.json["errors"][0]["pointer"] == "/in_app"

    @pytest.mark.parametrize(
        "choice",
        [
            {},
            {"email": "maybe", "whatsapp": True},
            {"email": True, "whatsapp": True, "language": "jv"},
            {"email": True, "whatsapp": True, "pigeon": True},
            {"channels": {"email": "maybe"}},
            {"channels": {"in_app": False}},
            {"channels": None},
        ],
    )
    def test_that_make_no_sense_are_refused(self, desk, choice):
        assert ask(desk, "/preferences", method="PUT", json=choice).status_code == 422

    def test_are_said_by_name_and_a_channel_not_named_stays_as_it_was(self, desk):
        ask(desk, "/preferences", method="PUT", json={"channels": {"whatsapp": False}})

        answer = ask(desk, "/preferences", method="PUT", json={"channels": {"email": False}}).json

        assert answer["channels"] == {"email": False, "whatsapp": False}
        assert (answer["email"], answer["whatsapp"]) == (False, False)

    @pytest.mark.parametrize(
        ("choice", "code", "pointer"),
        [
            ({"channels": {"pigeon": True}}, "unknown_channel", "/channels/pigeon"),
            (
                {"email": True, "channels": {"email": False}},
                "contradiction",
                "/channels/email",
            ),
        ],
    )
    def test_that_cannot_be_kept_are_refused_and_named(self, desk, choice, code, pointer):
        answer = ask(desk, "/preferences", method="PUT", json=choice)

        assert (answer.status_code, answer.json["code"]) == (422, code)
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
        assert all(ask(desk, "/preferences").json["channels"].values())

    def test_are_chosen_among_the_channels_that_are_there(self, desk):
        answer = ask(desk, "/channels", headers={"Accept-Language": "id"})

        assert answer.json["data"] == [
            {"name": "email", "label": "Surel", "fallback": None},
            {"name": "whatsapp", "label": "WhatsApp", "fallback": "email"},
        ]


class TestTheListOfDeliveries:
    def test_tells_a_client_every_try_about_a_subject_but_no_text_and_no_address(self, told):
        told.mail.endings.append(permanent("550"))
        told.send_all()
        token = told.service.client("svc-files", "deliveries.read")

        answer = told.service.call("GET", f"{API}/deliveries?subject=file/1", token=token)

        rows = {row["channel"]: row for row in answer.json["data"]}
        assert rows.keys() == {"in_app", "email"}
        assert rows["email"]["state"] == "failed"
        labels = {row["channel_label"] for row in rows.values()}
        assert labels == {"Di dalam aplikasi", "Surel"}
        assert [attempt["ending"] for attempt in rows["email"]["attempts"]] == ["permanent"]
        assert UUID(rows["email"]["recipient_id"]) == APPLICANT
        assert "Contoh Pengusul" not in answer.text
        assert "@" not in answer.text

    def test_is_filtered_by_state(self, told):
        told.hear(a_role(ADMIN, "sysadmin"))

        rows = ask(told, "/deliveries?state=pending", person=ADMIN).json["data"]

        assert {row["channel"] for row in rows} == {"email"}

    @pytest.mark.parametrize(
        ("grant", "status"),
        [
            ({"role": "sysadmin"}, 200),
            ({"role": "bkpsdm_admin"}, 200),
            ({"role": "umpeg"}, 403),
            ({"role": "sysadmin", "active": False}, 403),
            ({"role": "sysadmin", "ends_on": "2021-01-01"}, 403),
            ({"role": "sysadmin", "starts_on": "2999-01-01"}, 403),
        ],
    )
    def test_is_open_to_todays_administrators(self, told, grant, status):
        told.hear(a_role(ADMIN, **grant))

        assert ask(told, "/deliveries", person=ADMIN).status_code == status

    def test_is_closed_to_a_client_without_the_scope(self, told):
        token = told.service.client("svc-files", "contacts.read")

        assert told.service.call("GET", f"{API}/deliveries", token=token).status_code == 403

    def test_lets_an_administrator_try_a_failed_one_again(self, told):
        told.hear(a_role(ADMIN, "sysadmin"))
        told.mail.endings.append(permanent("550"))
        told.send_all()
        [failed] = ask(told, "/deliveries?state=failed", person=ADMIN).json["data"]
        path = f"/deliveries/{failed['id']}/retry"

        first = ask(told, path, person=ADMIN, method="POST")
        again = ask(told, path, person=ADMIN, method="POST")
        told.send_all()

        assert (first.status_code, first.json["state"]) == (200, "pending")
        assert (again.status_code, again.json["code"]) == (409, "delivery_not_failed")
        assert ask(told, "/deliveries?state=failed", person=ADMIN).json["data"] == []
        assert len(told.mail.sent) == 6

    def test_knows_no_delivery_that_is_not_there(self, told):
        told.hear(a_role(ADMIN, "sysadmin"))

        answer = ask(told, f"/deliveries/{uuid7()}/retry", person=ADMIN, method="POST")

        assert answer.status_code == 404

    def test_is_found_by_whom_it_went_to(self, told):
        told.hear(
            a_role(ADMIN, "sysadmin"),
            an_employee(APPLICANT, "Ma'ruf", 2, title_suffix="S.Pd.", nip="198501012010011905"),
        )

        for q in ("maruf", "spd", "19850101 201001 1 905"):
            page = ask(told, f"/deliveries?q={q}", person=ADMIN).json["page"]
            assert page["total"] == 10, q
        assert ask(told, "/deliveries?q=pengusul", person=ADMIN).json["data"] == []

    def test_is_sorted_both_ways_and_leads_back(self, told):
        told.hear(a_role(ADMIN, "sysadmin"))

        for sort in ("created_at", "-created_at", "state", "-state"):
            whole = ask(told, f"/deliveries?sort={sort}", person=ADMIN).json["data"]
            first = ask(told, f"/deliveries?sort={sort}&limit=4", person=ADMIN).json
            more = f"/deliveries?sort={sort}&limit=4&cursor="
            second = ask(told, more + first["page"]["next_cursor"], person=ADMIN).json
            back = ask(told, more + second["page"]["previous_cursor"], person=ADMIN).json
            assert first["data"] + second["data"] == whole[:8]
            assert (back["data"], back["page"]["total"]) == (first["data"], 10)

    def test_is_narrowed_to_a_time(self, told):
        told.hear(a_role(ADMIN, "sysadmin"))
        newest = ask(told, "/deliveries?limit=1", person=ADMIN).json["data"][0]["created_at"]

        def count(**query):
            return ask(told, "/deliveries", person=ADMIN, query_string=query).json["page"]["total"]

        assert count(created_at_from="2026-11-01T00:00:00+07:00") == 10
        assert count(created_at_until=newest, created_at_from=newest) >= 1
        assert count(created_at_from="2999-01-01T00:00:00+07:00") == 0

    def test_is_a_file_for_the_same_people(self, told):
        told.hear(a_role(ADMIN, "sysadmin"))

        answer = ask(told, "/deliveries?format=csv&state=pending", person=ADMIN)

        assert answer.data.decode("utf-8-sig").splitlines()[0].startswith("Dibuat,Penerima,Saluran")
        assert len(answer.data.splitlines()) == 6
        assert ask(told, "/deliveries?format=csv").status_code == 403


def test_suppressed_old_notices_are_listed_and_can_be_released(desk):
    event = an_event()
    with desk.app.app_context():
        from chassis.events import inbox

        old = type(event)(**{**vars(event), "position": 3})
        inbox.keep(desk.service.runtime, [old], born_at={old.type: 10})
    operator = desk.service.client("ops", "ops")

    listed = desk.service.call("GET", f"{API}/dead?status=suppressed", token=operator).json
    assert [row["type"] for row in listed["data"]] == ["file.moved.v1"]
    assert desk.notices == []

    order = {"status": "suppressed", "event_id": str(event.id)}
    desk.service.call("POST", f"{API}/dead/replay", token=operator, json=order)
    desk.service.drain()

    assert len(desk.notices) == 1
    assert desk.notices[0].happened_at <= datetime.now(UTC)

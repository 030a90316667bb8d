import itertools
import random

import pytest

from chassis.process.ids import uuid7
from chassis.process.manifest import Manifest
from chassis.process.regions import in_region
from services.notification.subscriptions import heard
from services.notification.usecases.rules import NoticeRuleInvalid
from tests.builders.counting import Asked, counted
from tests.notification.desk import (
    APPLICANT,
    OFFICER,
    PEOPLE,
    TEMPLATE,
    a_rule,
    a_service,
    a_unit,
    an_employee,
    an_event,
)


def test_an_event_becomes_one_notice_with_a_delivery_for_each_channel(desk):
    desk.hear(an_event())

    [notice] = desk.notices
    assert notice.recipient_id == APPLICANT
    assert notice.subject == "file/1"
    assert notice.texts["id"]["subject"] == "Berkas demo/1"
    assert notice.texts["en"]["body"].startswith("Dear Contoh Pengusul,")
    assert notice.texts["id"]["body"].endswith("BKPSDM Kota Contoh Raya")
    states = {delivery.channel: delivery.state for delivery in desk.deliveries}
    assert states == {"in_app": "sent", "email": "pending"}


def test_nothing_leaves_while_the_event_is_handled(desk):
    desk.hear(an_event())

    assert desk.mail.sent == []
    assert desk.identity.asked == []


def test_events_that_come_three_times_in_any_order_tell_everybody_once(desk):
    desk.rules(
        a_rule(channels=("in_app", "email", "whatsapp")),
        a_rule(name="work", to="decider_ids", channels=("in_app", "email")),
    )
    deciders = [str(key) for key in PEOPLE]
    events = [
        an_event(subject=f"file/{n % 4}", version=n, decider_ids=deciders) for n in range(1, 13)
    ]
    thrice = events * 3
    random.Random(20261122).shuffle(thrice)

    desk.hear(*thrice)

    told = [(notice.event_id, notice.recipient_id, notice.rule) for notice in desk.notices]
    assert len(told) == len(set(told)) == 12 * (1 + len(PEOPLE))
    channels = [(delivery.notice_id, delivery.channel) for delivery in desk.deliveries]
    assert len(channels) == len(set(channels)) == 12 * (3 + 2 * len(PEOPLE))


def test_a_rule_of_another_service_by_the_same_name_is_another_rule(desk):
    manifests = {name: a_service(a_rule(), name=name) for name in ("files", "archive")}
    desk.service.runtime.heard = heard(manifests)

    desk.hear(an_event())

    assert sorted(notice.service for notice in desk.notices) == ["archive", "files"]


def test_a_missing_fact_parks_the_event_with_what_must_be_mended(desk):
    broken = {"id": {"subject": "a", "body": "{nowhere}"}}
    desk.rules(a_rule(), a_rule(name="broken"), broken=broken)

    desk.hear(an_event())

    [error] = desk.parked()
    assert "files, notice broken: the event does not carry {nowhere}" in error
    assert desk.notices == []
    assert desk.deliveries == []


def test_a_parked_event_does_not_hold_up_the_next(desk):
    desk.hear(an_event(owner_id="nobody"), an_event(version=2, number="demo/2"))

    assert [notice.texts["id"]["subject"] for notice in desk.notices] == ["Berkas demo/2"]


@pytest.mark.parametrize(
    "known",
    [
        [],
        [a_unit("Kota Contoh Raya", "region")],
        [an_employee(APPLICANT, "Contoh")],
    ],
)
def test_a_person_or_region_not_known_yet_is_waited_for(empty_desk, known):
    desk = empty_desk
    desk.service.runtime.settings._values["RETRY_SCHEDULE"] = (0.0, 3600.0)
    desk.hear(*known, an_event())

    assert desk.notices == []
    assert desk.parked() == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_copies_may_come_in_any_order_and_an_older_version_changes_nothing(empty_desk, order):
    desk = empty_desk
    region = a_unit("Kota Contoh Raya", "region", zone="Asia/Makassar")
    names = [an_employee(APPLICANT, f"Nama {n}", n, title_suffix="S.Kom.") for n in (1, 2, 3)]

    desk.hear(region, *(names[n] for n in order))
    desk.hear(an_event())

    [notice] = desk.notices
    assert "Yth. Nama 3, S.Kom.," in notice.texts["id"]["body"]
    assert notice.sender == "Kota Contoh Raya"


def test_the_region_signs_with_the_name_of_its_bkpsdm_once(empty_desk):
    desk = empty_desk
    desk.hear(
        a_unit("Kota Contoh Raya", "region"),
        a_unit("BKPSDM Kota Contoh Raya", "opd", bkpsdm=True),
        an_employee(APPLICANT, "Contoh"),
        an_event(),
    )

    assert desk.notices[0].sender == "BKPSDM Kota Contoh Raya"


def test_a_sensitive_event_is_told_without_its_facts(desk):
    desk.hear(an_event(sensitive=True, note="isi yang tidak boleh keluar"))

    everything = str(desk.notices[0].texts)
    assert "demo/1" in everything
    assert "Diproses" in everything
    assert "tidak boleh keluar" not in everything


def test_one_regions_people_are_not_anothers(desk):
    desk.service.runtime.settings._values["RETRY_SCHEDULE"] = (0.0, 3600.0)
    desk.hear(an_event(region="lain"))

    assert desk.notices == []


def test_nobody_named_means_nobody_told(desk):
    desk.rules(a_rule(to="decider_ids"))
    desk.hear(an_event(decider_ids=[]), an_event(version=2, decider_ids=[str(OFFICER)]))

    assert [notice.recipient_id for notice in desk.notices] == [OFFICER]


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ({"en": TEMPLATE["en"]}, "no text in 'id'"),
        ({"id": {"subject": "x"}}, "a subject and a body"),
        ({"id": {"subject": "x", "body": "{Number}"}}, "brace"),
        (TEMPLATE | {"sensitive": {"id": {"subject": "x", "body": "{note}"}}}, "R6"),
    ],
)
def test_a_rule_whose_text_cannot_work_stops_the_start_and_names_itself(template, fault):
    with pytest.raises(NoticeRuleInvalid, match="files, notice file_moved") as raised:
        heard({"files": a_service(a_rule(), file_moved=template)})

    assert fault in str(raised.value)


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (a_rule(event="employee.changed.v1"), "only copied"),
        (a_rule(text="nowhere"), "it has no text"),
    ],
)
def test_a_rule_that_cannot_work_stops_the_start_and_names_itself(rule, fault):
    with pytest.raises(NoticeRuleInvalid, match=f"files, notice file_moved: .*{fault}"):
        heard({"files": a_service(rule)})


def test_old_notices_are_not_sent_again_but_copies_are_rebuilt():
    found = heard({"files": a_service(a_rule())})

    replays = {event: hearing.replay for event, hearing in found.items()}
    assert replays.pop("file.moved.v1") == "skip"
    assert set(replays.values()) == {"rebuild"}


def test_a_service_without_notices_changes_nothing():
    quiet = Manifest(name="quiet", title={"id": "-", "en": "-"}, app="nowhere:create_app")

    assert heard({"quiet": quiet}).keys() == heard({}).keys()


NAMING = {
    language: {
        "subject": "{number}",
        "body": "{applicant_name}\n{actor_name}\n{opd_name}\n{marked}",
    }
    for language in ("id", "en")
}


def body(desk, language="id"):
    [notice] = desk.notices
    return notice.texts[language]["body"]


def test_people_and_units_of_an_event_are_called_by_their_names(desk):
    opd = uuid7()
    desk.rules(a_rule(), file_moved=NAMING)
    desk.hear(a_unit("Dinas Pendidikan", "opd", key=opd))
    about = {"applicant_id": str(APPLICANT), "actor_id": str(OFFICER), "opd_id": str(opd)}

    desk.hear(an_event(marked={"id": "rusak", "en": "broken"}, **about))

    assert body(desk) == "Contoh Pengusul\nContoh Petugas\nDinas Pendidikan\nrusak"
    assert body(desk, "en").endswith("broken")


def test_a_line_about_nobody_or_about_what_an_event_may_lack_is_left_out(desk):
    desk.rules(a_rule(may_lack=("marked",)), file_moved=NAMING)

    desk.hear(an_event(applicant_id=str(APPLICANT), actor_id=None))

    assert body(desk) == "Contoh Pengusul"


@pytest.mark.parametrize(("people", "events"), [(1, 1), (3, 1), (3, 20)])
def test_telling_costs_the_same_statements_however_many_are_told_of_whatever(desk, people, events):
    deciders = [str(key) for key in list(PEOPLE)[:people]]
    desk.rules(a_rule(), a_rule(name="work", to="decider_ids", channels=("in_app",)))
    hearing = desk.service.runtime.heard["file.moved.v1"]
    told = [an_event(subject=f"file/{n}", decider_ids=deciders) for n in range(events)]
    with desk.app.app_context(), in_region("demo"), counted() as asked:
        with desk.db.transaction():
            hearing.handle(told)

    assert len(desk.notices) == events * (1 + people)
    # The region's offices, its own words, who was told, their names; two bulk inserts.
    assert asked == Asked(statements=6, commits=1)

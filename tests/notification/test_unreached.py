"""A channel that fails for good at somebody's address is shown to them and to their Umpeg (R37)."""

import pytest

from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from services.notification.domain.attempts import permanent, temporary
from services.notification.subscriptions import HEARD
from tests.builders.counting import Asked, counted
from tests.notification.desk import (
    ADMIN,
    APPLICANT,
    OFFICER,
    Desk,
    a_contact_version,
    a_role,
    a_rule,
    an_employee,
    an_event,
)
from tests.notification.test_api import ask
from tests.notification.test_whatsapp_status import SECRET, TOKEN, says

OPD, OTHER = uuid7(), uuid7()


def meet(desk: Desk) -> Desk:
    desk.hear(
        an_employee(APPLICANT, "Contoh Pengusul", 7, opd_id=str(OPD)),
        a_role(OFFICER, "umpeg", unit_id=str(OPD)),
    )
    return desk


@pytest.fixture
def told(clock, desk):
    desk.hear(an_event())
    return meet(desk)


def own(desk: Desk):
    return ask(desk, "/preferences").json["unreached"]


def of_opd(desk: Desk, person=OFFICER):
    return ask(desk, "/unreached", person=person)


def refused(desk: Desk, ending=None) -> Desk:
    desk.mail.endings.append(ending or permanent("550 no such user"))
    desk.send_all()
    return desk


def test_a_refused_address_is_shown_to_its_owner(told):
    assert own(told) == []

    (trouble,) = own(refused(told))

    assert (trouble["channel"], trouble["reason"]) == ("email", "refused")
    assert trouble["channel_label"] == "Surel"
    assert trouble["reason_label"] == "alamat atau nomornya ditolak"


def test_umpeg_sees_whom_of_the_own_opd_nothing_reaches_and_no_address(told):
    refused(told)

    (row,) = of_opd(told).json["data"]

    assert (row["person_id"], row["name"]) == (str(APPLICANT), "Contoh Pengusul")
    assert "@" not in of_opd(told).text


def test_another_opds_umpeg_does_not_see_them_and_an_administrator_does(told):
    told.hear(a_role(OFFICER, "umpeg", unit_id=str(OTHER), key=uuid7()))
    refused(told)
    stranger = uuid7()
    told.hear(a_role(stranger, "umpeg", unit_id=str(OTHER)), a_role(ADMIN, "bkpsdm_admin"))

    assert of_opd(told, stranger).json["data"] == []
    assert len(of_opd(told, ADMIN).json["data"]) == 1
    assert of_opd(told, APPLICANT).status_code == 403


def test_a_provider_that_is_away_says_nothing_of_the_address(told):
    refused(told, temporary("421 try later"))

    assert own(told) == []


def test_it_is_over_when_a_message_arrives(told):
    refused(told)
    told.hear(an_event(subject="file/2", version=2))
    told.send_all()

    assert own(told) == []


def test_it_is_over_when_the_contact_changes(told):
    refused(told)

    told.hear(a_contact_version(APPLICANT, 2))

    assert own(told) == []


def test_a_number_that_whatsapp_took_and_never_delivered_is_shown_until_one_arrives(clock, service):
    desk = Desk(service("notification", WHATSAPP_APP_SECRET=SECRET, WHATSAPP_VERIFY_TOKEN=TOKEN))
    desk.meet_everybody()
    desk.rules(a_rule(channels=("in_app", "whatsapp")))
    desk.hear(an_event())
    meet(desk).send_all("whatsapp")

    assert says(desk, "failed") == 200
    assert [(row["channel"], row["reason"]) for row in own(desk)] == [("whatsapp", "not_delivered")]

    desk.hear(an_event(subject="file/2", version=2))
    desk.send_all("whatsapp")
    assert len(own(desk)) == 1
    says(desk, "delivered", of=1)
    assert own(desk) == []


def test_fifty_people_with_other_contacts_cost_the_statements_of_one(desk):
    noting = HEARD["employee.contact_changed.v1"]

    def noted(*events) -> Asked:
        with desk.app.app_context(), in_region("demo"), counted() as asked:
            noting.handle(events)
        return asked

    one = noted(a_contact_version(APPLICANT, 2))
    # The contacts, what was learnt of them, and one bulk insert.
    assert one == Asked(statements=3, commits=1)
    assert noted(*(a_contact_version(uuid7(), 1) for _ in range(50))) == one
    assert noted(a_contact_version(APPLICANT, 1)) == Asked(statements=1, commits=1)

"""The release before this one knows columns and no rows; both stand on one database for a while."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from chassis.process.clock import now
from chassis.process.regions import in_region
from services.notification.models import ChannelPreference, Preference
from tests.notification.desk import APPLICANT, a_rule, an_event

PATH = "/api/notification/v1/preferences"


@pytest.fixture
def told(clock, desk):
    desk.rules(a_rule(channels=("email", "whatsapp")))
    return desk


def prefer(desk, **channels):
    token = desk.service.person(APPLICANT, "notification")
    answer = desk.service.call("PUT", PATH, token=token, json={"channels": channels})
    assert answer.status_code == 200


def shown(desk):
    token = desk.service.person(APPLICANT, "notification")
    return desk.service.call("GET", PATH, token=token).json["channels"]


def previous_release_writes(desk, **columns):
    """What its `prefer` does: both columns and their time, nothing else."""
    with desk.app.app_context(), in_region("demo"), desk.db.transaction() as session:
        row = session.get(Preference, APPLICANT)
        if row is None:
            session.add(Preference(person_id=APPLICANT, **columns))
        else:
            session.execute(
                update(Preference)
                .where(Preference.person_id == APPLICANT)
                .values(updated_at=now(), **columns)
            )


def columns(desk) -> tuple[bool, bool]:
    """What the previous release reads."""
    [row] = desk.rows_by(Preference, Preference.person_id)
    return row.email, row.whatsapp


def sent(desk):
    desk.hear(an_event())
    desk.send_all("email")
    desk.send_all("whatsapp")
    return {row.channel: row.state == "sent" for row in desk.deliveries}


def test_what_is_chosen_here_is_read_by_the_previous_release(told):
    prefer(told, whatsapp=False)

    assert columns(told) == (True, False)


def test_what_was_chosen_before_there_were_rows_counts(told):
    previous_release_writes(told, email=False, whatsapp=True)

    assert shown(told) == {"email": False, "whatsapp": True}
    assert sent(told) == {"email": False, "whatsapp": True}


def test_what_the_previous_release_writes_later_wins(told, clock):
    prefer(told, email=False, whatsapp=False)
    clock.shift(timedelta(seconds=1))

    previous_release_writes(told, email=True, whatsapp=False)

    assert shown(told) == {"email": True, "whatsapp": False}
    assert sent(told) == {"email": True, "whatsapp": False}


def test_what_is_chosen_here_after_that_wins_again(told, clock):
    prefer(told, email=False)
    clock.shift(timedelta(seconds=1))
    previous_release_writes(told, email=True, whatsapp=True)
    clock.shift(timedelta(seconds=1))

    prefer(told, whatsapp=False)

    assert shown(told) == {"email": True, "whatsapp": False}
    assert columns(told) == (True, False)
    rows = told.rows_by(ChannelPreference, ChannelPreference.channel)
    assert {row.channel: row.wanted for row in rows} == shown(told)


def test_one_persons_wish_is_not_anothers(told):
    prefer(told, email=False)

    rows = told.rows_by(ChannelPreference, ChannelPreference.channel)

    assert {row.person_id for row in rows} == {UUID(str(APPLICANT))}

"""No service takes a token of a session that was ended, and none has to remember to ask."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine

from chassis.events.envelope import Event
from chassis.http import sessions
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.manifest import SESSION_ENDED
from tests.builders.service import Service

LETTERS = "/api/letters/v1/letters"


def ended(session_id: UUID, at: datetime | None = None) -> Event:
    at = at or now()
    data = {"id": str(session_id), "employee_id": str(uuid7()), "ended_at": at.isoformat()}
    return Event(
        SESSION_ENDED,
        f"session/{session_id}",
        data,
        1,
        region="demo",
        source="identity",
        position=1,
    )


def asked(letters: Service, **claims: str) -> tuple[int, str | None]:
    answer = letters.call("GET", LETTERS, token=letters.person(uuid7(), "letters", **claims))
    return answer.status_code, answer.get_json().get("code")


def kept(letters: Service) -> int:
    table = letters.runtime.db.plumbing.ended_sessions
    with letters.app.app_context():
        return len(letters.runtime.db.session.execute(table.select()).all())


def test_a_token_of_an_ended_session_is_refused_by_a_service_that_keeps_no_people(letters: Service):
    session, other = uuid7(), uuid7()
    assert asked(letters, sid=str(session)) == (200, None)

    letters.hear(ended(session))

    assert asked(letters, sid=str(session)) == (401, "session_revoked")
    assert asked(letters, sid=str(other)) == (200, None)
    assert asked(letters) == (200, None)


def test_an_end_that_is_told_again_or_late_ends_the_same_session_once(letters: Service):
    session = uuid7()

    letters.hear(ended(session), ended(session), ended(session, now() - timedelta(minutes=5)))

    assert kept(letters) == 1
    assert asked(letters, sid=str(session)) == (401, "session_revoked")


def test_an_end_that_no_living_token_can_come_from_is_not_kept(letters: Service):
    letters.hear(ended(uuid7(), now() - timedelta(hours=1)))

    assert kept(letters) == 0


def test_an_ended_session_is_kept_as_long_as_its_last_token_may_live(letters: Service):
    letters.hear(ended(uuid7()))

    with letters.app.app_context():
        with time_machine.travel(now() + sessions.LONGEST_LIFE + timedelta(seconds=30)):
            sessions.forget_old(letters.runtime)
        assert kept(letters) == 1
        with time_machine.travel(now() + timedelta(hours=1)):
            sessions.forget_old(letters.runtime)
        assert kept(letters) == 0


@pytest.mark.parametrize("sid", ["", "x", 7, None, ["a"]])
def test_a_token_whose_session_is_no_id_is_no_token(letters: Service, sid: object):
    token = letters.person(uuid7(), "letters", sid=sid)

    answer = letters.call("GET", LETTERS, token=token)

    assert (answer.status_code, answer.get_json()["code"]) == (401, "token_invalid")

"""What concerns safety is noted in every service, by ids and codes, and a flood is a few rows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from chassis.events import looking, refusals
from chassis.events.facts import contract
from chassis.events.outbox import NotInTransaction
from chassis.events.security import Kind, SecurityNoted, note
from chassis.http.auth import anybody_asks, requires
from chassis.kernel.errors import Forbidden, Hidden, NotFound
from chassis.process.clock import now
from chassis.process.regions import in_region
from tests.builders.letters.app import db
from tests.builders.service import Service

LETTERS = "/api/letters/v1/letters"
NOTED = "security.noted.v1"
FAULTS = {"forbidden": Forbidden, "hidden": Hidden, "missing": NotFound}


@pytest.fixture
def office(letters: Service) -> Service:
    """The letters, with a desk that refuses as it is asked to."""

    def refuse(how: str) -> None:
        raise FAULTS[how]

    letters.app.add_url_rule("/refused/<how>", view_func=requires("letters")(refuse))
    return letters


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def go_on(seconds: float) -> None:
        at = now() + timedelta(seconds=seconds)
        monkeypatch.setattr(refusals, "now", lambda: at)

    return go_on


def said(service: Service) -> list[dict[str, Any]]:
    return [dict(event.data) for event in service.recorded(NOTED)]


def test_a_note_is_part_of_the_transaction_of_what_it_tells_of(letters):
    with letters.app.app_context(), in_region("demo"):
        with pytest.raises(NotInTransaction):
            note(Kind.ROLE, "granted")
        with pytest.raises(ZeroDivisionError), db.transaction():
            note(Kind.ROLE, "granted")
            raise ZeroDivisionError
        with db.transaction():
            note(Kind.ROLE, "granted", thing="role/7")

    [event] = letters.recorded(NOTED)
    assert (event.region, event.data["why"], event.data["thing"]) == ("demo", "granted", "role/7")


def test_a_note_names_who_asks_and_from_where_by_ids(letters, monkeypatch):
    person, about = uuid4(), uuid4()

    def noting(*_: Any, **__: Any) -> Any:
        with db.transaction():
            note(Kind.EXPORT, "xlsx", person=about, amount=12)
        raise NotFound

    monkeypatch.setattr("tests.builders.letters.app.page", noting)
    letters.call("GET", LETTERS, token=letters.person(person, "letters"))

    [event] = letters.recorded(NOTED)
    assert event.request_id
    assert event.data["actor_id"] == str(person)
    assert (event.data["person_id"], event.data["amount"]) == (str(about), 12)


def test_work_that_belongs_to_no_region_is_noted_for_all(letters):
    with letters.app.app_context(), db.transaction():
        note(Kind.CLIENT, "renewed", thing="client/app")

    assert [event.region for event in letters.recorded(NOTED)] == ["*"]


def test_a_flood_of_refused_tokens_is_one_row(office, later):
    for number in range(300):
        assert office.call("GET", LETTERS, token=f"invented-{number}").status_code == 401
    assert said(office) == []

    later(31)
    office.drain()

    [row] = said(office)
    assert (row["kind"], row["why"], row["amount"]) == ("token_refused", "token_invalid", 300)
    assert row["actor_id"] is None


def test_a_session_that_ended_as_all_do_is_no_sign_of_anything(office, later):
    old = office.person(uuid4(), "letters", exp=now().timestamp() - 3600)
    assert office.call("GET", LETTERS, token=old).json["code"] == "token_expired"

    later(31)
    office.drain()

    assert said(office) == []


@pytest.mark.parametrize(
    ("how", "status", "rows"), [("forbidden", 403, 1), ("hidden", 404, 1), ("missing", 404, 0)]
)
def test_who_is_refused_is_noted_also_where_the_answer_hides_it(office, later, how, status, rows):
    person = uuid4()
    for _ in range(3):
        answer = office.call("GET", f"/refused/{how}", token=office.person(person, "letters"))
        assert answer.status_code == status

    later(31)
    office.drain()

    told = [(row["kind"], row["actor_id"], row["amount"], row["thing"]) for row in said(office)]
    assert told == [("access_refused", str(person), 3, "GET /refused/<how>")] * rows


def test_a_token_without_the_scope_is_somebody_refused(office, later):
    person = uuid4()
    office.call("GET", LETTERS, token=office.person(person, "other"))

    later(31)
    office.drain()

    assert [(row["why"], row["actor_id"]) for row in said(office)] == [
        ("insufficient_scope", str(person))
    ]


def test_hidden_and_missing_look_the_same_from_outside(office):
    token = office.person(uuid4(), "letters")
    hidden, missing = (
        office.call("GET", f"/refused/{how}", token=token) for how in FAULTS if how != "forbidden"
    )

    assert hidden.json | {"request_id": ""} == missing.json | {"request_id": ""}


def test_a_process_without_loops_notes_by_its_requests(office, later):
    office.call("GET", LETTERS, token="invented")

    later(61)
    office.call("GET", "/livez")

    assert [row["amount"] for row in said(office)] == [1]


def test_ever_new_callers_do_not_fill_the_memory(office, later, monkeypatch):
    monkeypatch.setattr(refusals, "MOST_KEYS", 5)
    for _ in range(20):
        office.call("GET", "/refused/forbidden", token=office.person(uuid4(), "letters"))

    later(31)
    office.drain()

    amounts = [row["amount"] for row in said(office)]
    assert (len(amounts), sum(amounts)) == (6, 20)


def test_refusals_about_a_person_are_counted_for_that_person_however_many_others_there_are(
    office, later, monkeypatch
):
    monkeypatch.setattr(refusals, "MOST_KEYS", 2)
    counted: refusals.Refusals = office.app.extensions[refusals.LOOP]
    person = uuid4()
    for origin in ("a", "b", "c"):
        counted.count(refusals.Refusal(Kind.SIGN_IN_FAILED, "code_wrong", "*", origin=origin))
        named = refusals.Refusal(
            Kind.SIGN_IN_FAILED, "code_wrong", "demo", person_id=person, origin=origin
        )
        counted.count(named)

    later(31)
    office.drain()

    about = [row["amount"] for row in said(office) if row["person_id"] == str(person)]
    assert sum(about) == 3


def test_what_could_not_be_noted_is_noted_later_and_answers_go_on(office, later, monkeypatch):
    def away(*_: Any) -> None:
        raise OperationalError("INSERT", None, Exception("away"))

    office.call("GET", LETTERS, token="invented")
    later(61)
    with monkeypatch.context() as patched:
        patched.setattr(refusals, "tell", away)
        assert office.call("GET", "/livez").status_code == 200
    assert said(office) == []

    later(200)
    office.drain()

    assert [row["amount"] for row in said(office)] == [1]


def test_what_was_counted_is_noted_when_the_process_ends(office):
    office.call("GET", LETTERS, token="invented")

    [loop] = [loop for loop in office.runtime.loops if loop.name == refusals.LOOP]
    with office.app.app_context():
        loop.stop()

    assert [row["amount"] for row in said(office)] == [1]


def test_a_note_holds_ids_and_codes_and_nothing_else():
    properties = contract(SecurityNoted)["properties"]
    unbound = [
        name
        for name, rule in properties.items()
        if "string" in rule["type"] and not {"pattern", "format", "maxLength"} & rule.keys()
    ]

    assert unbound == ["client_id"]
    assert not {"nip", "name", "email", "phone", "address"} & properties.keys()


def look_at(service: Service, rows: int, person: Any, first: int = 0) -> None:
    token = service.person(person, "letters")
    for number in range(first, first + rows):
        assert service.call("GET", f"/row/{number}/part", token=token).status_code == 200


@pytest.fixture
def shelves(letters: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    def show(number: int, what: str) -> str:
        return f"{number} {what}"

    monkeypatch.setattr(looking, "ROWS", 10)
    letters.app.add_url_rule("/row/<int:number>/<what>", "row", requires("letters")(show))
    return letters


def test_who_looks_at_very_many_rows_is_noted_once_for_each_so_many(shelves, later):
    person = uuid4()
    look_at(shelves, 25, person)

    later(31)
    shelves.drain()

    [row] = said(shelves)
    assert (row["kind"], row["actor_id"], row["amount"]) == ("bulk_view", str(person), 20)


def test_who_looks_at_one_row_again_and_again_or_at_a_few_is_not_noted(shelves, later):
    person = uuid4()
    for _ in range(3):
        look_at(shelves, 6, person)
    look_at(shelves, 6, uuid4())

    later(31)
    shelves.drain()

    assert said(shelves) == []


def test_rows_looked_at_in_a_whole_day_are_no_bulk(shelves, later, monkeypatch):
    person = uuid4()
    look_at(shelves, 6, person)
    at = now() + timedelta(minutes=11)
    monkeypatch.setattr(looking, "now", lambda: at)
    look_at(shelves, 6, person, first=6)

    later(31)
    shelves.drain()

    assert said(shelves) == []


def test_the_people_who_look_do_not_fill_the_memory(shelves, monkeypatch):
    monkeypatch.setattr(looking, "MOST_PEOPLE", 3)
    observer = looking.Looking(refusals.Refusals())
    with shelves.app.app_context():
        for _ in range(9):
            observer._seen(uuid4(), 1)

    assert len(observer._people) == 3


def test_who_is_refused_where_a_menu_asks_for_everybody_is_not_noted(letters, later):
    def refuse() -> None:
        raise Forbidden

    letters.app.add_url_rule("/asked", "asked", anybody_asks(requires("letters")(refuse)))
    answer = letters.call("GET", "/asked", token=letters.person(uuid4(), "letters"))

    later(31)
    letters.drain()

    assert (answer.status_code, said(letters)) == (403, [])

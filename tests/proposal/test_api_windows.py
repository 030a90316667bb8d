"""A region takes a shipped pattern of windows for a layanan, and goes back."""

import pytest

from services.proposal.queries.region_snapshot import region_snapshot
from tests.builders.people import role_event
from tests.proposal.office import Office

ADMINISTRATOR = "bkpsdm_admin_second"
PATH = "/layanan/kp_fungsional/window"


@pytest.fixture
def city(office: Office) -> Office:
    office.service.hear(role_event(ADMINISTRATOR, "sysadmin", None))
    return office


def take(city: Office, pattern: str = "six_periods", who: str = ADMINISTRATOR):
    return city.call("PUT", PATH, who, json={"pattern": pattern})


def give_back(city: Office):
    return city.call("DELETE", PATH, ADMINISTRATOR)


def in_force(city: Office):
    with city.inside():
        snapshot = region_snapshot()
        return snapshot.layanan[snapshot.current["kp_fungsional"]]


def test_the_six_periods_are_taken_as_the_next_version_and_given_back(city: Office):
    before = in_force(city)

    taken = take(city)
    six = in_force(city)
    returned = give_back(city)

    assert (taken.status_code, taken.json["window"]["pattern"]) == (200, "six_periods")
    assert [row.month for row in six.window.rows] == [2, 4, 6, 8, 10, 12]
    assert six.version == before.version + 1
    assert (returned.status_code, returned.json["window"]["pattern"]) == (200, None)
    assert in_force(city).window == before.window
    assert in_force(city).version == before.version + 2


def test_a_draft_keeps_the_window_it_was_begun_under(city: Office):
    draft = city.draft(layanan="kp_fungsional")
    version = city.read(draft).definition_id

    take(city)

    with city.inside():
        snapshot = region_snapshot()
        assert snapshot.layanan[version].window.pattern is None


def test_only_the_administrator_takes_one(city: Office):
    assert take(city, who="bkpsdm_admin").status_code == 403


def test_what_is_no_pattern_or_was_not_taken_is_refused(city: Office):
    assert take(city, "monthly").json["code"] == "window_pattern_unknown"
    assert give_back(city).json["code"] == "window_not_taken"
    none = city.call(
        "PUT", "/layanan/bebas_hukdis/window", ADMINISTRATOR, json={"pattern": "six_periods"}
    )
    assert (none.status_code, none.json["code"]) == (409, "window_not_taken")

"""A session that ends at identity is over at every service, as soon as the bus has told it."""

import pytest

from ops.journey.sign_in import authorize
from tests.journeys.journey import DOCUMENTS, IDENTITY, NOTIFICATION, PROPOSAL, Journey

EVERYWHERE = (
    f"{IDENTITY}/me",
    f"{PROPOSAL}/proposals",
    f"{DOCUMENTS}/documents",
    f"{NOTIFICATION}/notices",
)


def statuses(journey: Journey, token: str) -> set[int]:
    return {journey.stranger(token).call("GET", path).status for path in EVERYWHERE}


@pytest.fixture
def other(journey: Journey) -> str:
    """A token of the same person's other session."""
    return journey.person("applicant_dinkes").token


def test_a_code_that_comes_twice_ends_its_tokens_everywhere_and_no_others(
    journey: Journey, other: str
) -> None:
    account = vars(journey.system.account("applicant_dinkes"))
    allowed = authorize(journey.web, "applicant_dinkes", account)
    token = allowed.redeem().json()["access_token"]
    assert statuses(journey, token) == {200}

    assert allowed.redeem().status == 400
    journey.settle()

    assert statuses(journey, token) == {401}
    assert statuses(journey, other) == {200}

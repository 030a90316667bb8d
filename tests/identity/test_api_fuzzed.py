"""Random requests made from identity's own OpenAPI: no 5xx, no answer outside the schema."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.identity.desk import Desk

CASES = 20
CHECKS = (
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
pytestmark = pytest.mark.slow


def test_no_request_breaks_the_api_or_its_description(desk: Desk):
    schema = schemathesis.openapi.from_wsgi("/api/identity/v1/openapi.json", desk.app)
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    assert len(operations) >= 30

    statuses: list[int] = []
    for operation in operations:
        _fuzz(desk, operation, statuses)

    assert {200, 201, 204} <= set(statuses)


def _fuzz(desk: Desk, operation: Any, statuses: list[int]) -> None:
    sysadmin = desk.id_of("sysadmin")

    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        token = desk.service.person(sysadmin, "identity", "contacts.read", "events.read", "ops")
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        statuses.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    check()


@pytest.fixture(autouse=True)
def _sysadmin_stays_signed_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generated request may end the sysadmin's sessions; the test goes on all the same."""
    monkeypatch.setattr(desk.service.runtime, "revoked_at", None)

"""Random requests made from the service's own OpenAPI: no 5xx, no answer outside the schema."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.notification.desk import ADMIN, a_role, an_event

CASES = 30
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
pytestmark = pytest.mark.slow
fuzzed = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_no_request_breaks_the_service(desk):
    desk.hear(
        a_role(ADMIN, "sysadmin"),
        *(an_event(version=n, owner_id=str(ADMIN)) for n in range(1, 4)),
    )
    token = desk.service.person(ADMIN, "notification", "events.read", "ops")
    described = schemathesis.openapi.from_wsgi("/api/notification/v1/openapi.json", desk.app)
    statuses = []

    for found in described.get_all_operations():
        operation = found.ok()

        @fuzzed
        @given(case=operation.as_strategy())
        def ask(case):
            headers = {"Authorization": f"Bearer {token}"}
            response = case.call(headers=headers)
            statuses.append(response.status_code)
            case.validate_response(response, checks=CHECKS)

        ask()

    assert len(statuses) > CASES
    assert 200 in statuses

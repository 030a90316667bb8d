"""Every service's API does what its OpenAPI description says, whatever is thrown at it.

The built-in services have tests of their own with people and rows behind them; this one holds for
each that is installed, empty as it is.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chassis.process.ids import uuid7
from chassis.process.manifest import discover
from tests.builders.matrix import scopes_of
from tests.builders.service import Service

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
CASES = 15
THROWN_AT_ELSEWHERE = {"identity", "proposal", "documents", "notification"}
fuzzed = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", discover())
def test_the_description_is_openapi_3_1(service, name):
    document = service(name).call("GET", f"/api/{name}/v1/openapi.json").json

    OpenAPIV31SpecValidator(document).validate()


def test_no_request_breaks_a_service_that_has_no_test_of_its_own_for_it(service):
    for name in sorted({*discover()} - THROWN_AT_ELSEWHERE):
        assert 200 in statuses_of(service(name))


def statuses_of(answering: Service) -> set[int]:
    """Throw requests at every operation, each answer being one that is described."""
    name, token = answering.app.name, answering.person(uuid7(), *scopes_of(answering.app))
    described = schemathesis.openapi.from_wsgi(f"/api/{name}/v1/openapi.json", answering.app)
    statuses = set()

    for found in described.get_all_operations():

        @fuzzed
        @given(case=found.ok().as_strategy())
        def ask(case):
            response = case.call(headers={"Authorization": f"Bearer {token}"})
            statuses.add(response.status_code)
            case.validate_response(response, checks=CHECKS)

        ask()

    return statuses

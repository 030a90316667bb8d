"""Random requests made from the service's own OpenAPI: no 5xx, no answer outside the schema."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.builders.pdfs import a_letter
from tests.documents.conftest import API, Desk, by_permit

# A piece of a file is bytes by another name.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
CASES = 30
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
)
fuzzed = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def known_ids(case: Any, **known_by_name: str) -> None:
    """Let every other case ask for something that exists, or nothing is tested but 404."""
    for name, known in known_by_name.items():
        if name in case.path_parameters and str(case.path_parameters[name])[-1:] in "02468ace":
            case.path_parameters[name] = known


@pytest.mark.slow
def test_no_request_breaks_the_service(desk: Desk):
    stored = desk.upload(a_letter()).json["id"]
    grant = desk.grant(stored, desk.owner).json["url"].split("/")[-2]
    sending = by_permit(desk)
    sending.begin(1000)
    known = {
        "document_id": stored,
        "token": grant,
        "upload_id": sending.where.rsplit("/", 1)[1],
    }
    token = desk.service.person(desk.owner, "documents", "documents.grant", "events.read", "ops")
    described = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", desk.service.app)
    statuses: Counter[int] = Counter()

    for found in described.get_all_operations():
        operation = found.ok()

        @fuzzed
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            known_ids(case, **known)
            headers = {"Authorization": f"Bearer {token}"}
            response = case.call(headers=headers)
            statuses[response.status_code] += 1
            case.validate_response(response, checks=CHECKS, headers=headers)

        ask()

    assert statuses.total() > 10 * CASES / 2
    assert {200, 404, 422} <= set(statuses)

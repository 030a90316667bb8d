"""Random requests made from identity's own OpenAPI: no 5xx, no answer outside the schema."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chassis.http.auth import accept_until_expiry
from tests.builders.drawn import SHARE, drawn
from tests.identity.desk import Desk

CASES = 40
CHECKS = (
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _sysadmin_stays_signed_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generated request may end the sysadmin's sessions; the test goes on all the same."""
    monkeypatch.setattr(desk.service.runtime, "revoked_at", accept_until_expiry)


def test_no_request_breaks_the_api_or_its_description(desk: Desk):
    schema = schemathesis.openapi.from_wsgi("/api/identity/v1/openapi.json", desk.app)
    operations = [
        get_all_operation.ok()
        for get_all_operation in schema.get_all_operations()
        if isinstance(get_all_operation, Ok)
    ]
    assert len(operations) >= 30
    statuses: list[int] = []

    for operation in drawn(operations):
        _fuzz(desk, operation, _real_values(desk), statuses)

    assert min(statuses) < 300, sorted(set(statuses))
    assert SHARE > 1 or {200, 201, 204} <= set(statuses)
    assert len(statuses) > 1000 / SHARE * 0.8


def _real_values(desk: Desk) -> dict[str, str]:
    """Ids that exist, so that half of the requests get past "not found"."""
    grant = desk.call("sysadmin", "GET", "/role-grants?role=umpeg").get_json()["data"][0]
    return {
        "employee_id": str(desk.id_of("applicant")),
        "from_employee_id": str(desk.id_of("opd_head")),
        "to_employee_id": str(desk.id_of("opd_secretary")),
        "unit_id": desk.unit("disdik"),
        "parent_id": desk.unit("disdik"),
        "grant_id": grant["id"],
        "nip": "199502032019011777",
    }


def _fuzz(desk: Desk, operation: Any, real: dict[str, str], statuses: list[int]) -> None:
    sysadmin = desk.id_of("sysadmin")

    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=operation.as_strategy(), realistic=st.booleans(), version=st.integers(1, 3))
    def check(case: Any, realistic: bool, version: int) -> None:
        token = desk.service.person(sysadmin, "identity", "contacts.read", "events.read", "ops")
        headers = {"Authorization": f"Bearer {token}"}
        if realistic:
            _put_in(case.path_parameters, real)
            _put_in(case.body, real)
            headers["If-Match"] = f'"{version}"'
        response = case.call(headers=headers)
        statuses.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    check()


def _put_in(values: Any, real: dict[str, str]) -> None:
    if isinstance(values, dict):
        values.update({key: value for key, value in real.items() if key in values})

"""The API does what its OpenAPI description says, whatever is thrown at it."""

import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.builders.drawn import SHARE, drawn
from tests.builders.service import one_service
from tests.proposal.office import API, Office

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CASES_PER_OPERATION = 20
CALLERS = ("applicant", "umpeg", "opd_head", "bkpsdm_admin", "bkpsdm_head", "umpeg_dinkes")
STAGES = ("umpeg_verification", "opd_head_approval", "bkpsdm_validation", "processing")
REAL = 0.7


@pytest.fixture(scope="module")
def running(
    opened_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Office, list[UUID]]:
    folder = tmp_path_factory.mktemp("described")
    shutil.copy(opened_database, folder / "proposal.db")
    office = Office(one_service("proposal", folder))
    office.accept_receipts()
    proposals = [office.draft(), office.submitted()]
    proposals += [office.at(stage, "umpeg_second") for stage in STAGES[:2]]
    proposals += [office.at(stage, "opd_secretary") for stage in STAGES[2:]]
    return office, proposals


def test_the_description_is_openapi_3_1(running):
    office, _ = running
    document = office.service.call("GET", f"{API}/openapi.json").json

    OpenAPIV31SpecValidator(document).validate()


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda one: one.value)
def test_every_operation_answers_as_described(running, mode):
    office, proposals = running
    schema = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", office.service.app)
    answered: Counter[int] = Counter()

    for found in drawn([*schema.get_all_operations()]):
        operation = found.ok()
        if mode is GenerationMode.POSITIVE or _can_be_called_wrongly(operation):
            _throw_at(operation, mode, office, proposals, answered)

    sys.stdout.write(
        f"\n{mode.value}: {sum(answered.values())} cases, {sorted(answered.items())}\n"
    )
    assert sum(answered.values()) > 300 / SHARE * 0.8
    assert max(answered) < 500


def _can_be_called_wrongly(operation) -> bool:
    """Anybody's question that takes nothing has no wrong form."""
    takes = (
        any(operation.iter_parameters()),
        operation.body,
        operation.definition.raw.get("security"),
    )
    return any(takes)


def _throw_at(operation, mode, office, proposals, answered) -> None:
    rng = random.Random(operation.label)

    @settings(
        max_examples=CASES_PER_OPERATION,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def throw(case) -> None:
        who = rng.choice(CALLERS)
        _make_sensible(case.body, rng, office, who)
        if "proposal_id" in (case.path_parameters or {}) and rng.random() < REAL:
            proposal_id = rng.choice(proposals)
            case.path_parameters["proposal_id"] = str(proposal_id)
            version = office.read(proposal_id).version
            case.headers["If-Match"] = f'"{version}"'
        response = case.call(headers={"Authorization": f"Bearer {office.token(who)}"})
        answered[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    throw()


def _make_sensible(body, rng: random.Random, office: Office, who: str) -> None:
    """Now and then a body names what exists, so that more than the first check is reached."""
    if not isinstance(body, dict) or rng.random() > REAL:
        return
    if isinstance(body.get("layanan"), str):
        body["layanan"] = rng.choice(["bebas_hukdis", "kp_fungsional"])
    if isinstance(body.get("receipt"), str):
        body["receipt"] = office.receipt(who)

"""No bytes make a service fail: bodies of every operation and form, changed at random.

`./simpul prove` sends 10,000 to each (RAW_BODIES).
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from chassis.http.auth import accept_until_expiry
from chassis.process import runtime as runtimes
from ops import reports
from tests.builders.forms import FIELDS, SIGN_IN, posts
from tests.builders.matrix import SERVICES, ids_of, scopes_of, signed_here
from tests.builders.raw import Raw, changed, form, of_operations
from tests.builders.tokens import Signer
from tests.identity.demo import employee_id
from tests.journeys.journey import Journey, running
from tests.portal.stage_set import FakeEdge, Sent, csrf_of, portal, problem, sign_in
from tests.portal.told import a_proposal, knows

BODIES = int(os.environ.get("RAW_BODIES", "120"))
WHO = ("applicant", "umpeg", "bkpsdm_admin", "sysadmin")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A system with a proposal under way, whose tokens outlast what is done to sessions."""
    with running(tmp_path_factory.mktemp("raw")) as journey:
        journey.bebas_hukdis()
        journey.system.drain()
        for app in journey.system.apps.values():
            runtimes.of(app).revoked_at = accept_until_expiry
        yield journey


@pytest.fixture(scope="module")
def signer(lived_in: Journey) -> Iterator[Signer]:
    with signed_here(lived_in.system) as signer:
        yield signer


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
def test_no_body_makes_a_service_fail(lived_in, signer, name):
    app = lived_in.system.apps[name]
    people = [
        employee_id(lived_in.system.apps["identity"], lived_in.system.data_dir, k) for k in WHO
    ]
    scopes, issuer = sorted(scopes_of(app)), {"iss": lived_in.system.public_url}
    client = app.test_client()

    def token(chance: Random) -> Mapping[str, str]:
        person = chance.choice(people)
        amr = {"amr": ["pwd", "otp"]}
        return {"Authorization": f"Bearer {signer.person(person, *scopes, **amr, **issuer)}"}

    told = sent(client, of_operations(app, ids_of(app)), token, name=name)

    assert told.total() == BODIES
    assert len(told) > 3


@pytest.mark.slow
def test_no_form_makes_the_sign_in_fail(lived_in):
    client = lived_in.system.apps["identity"].test_client()
    page = client.get("/masuk").text
    secret = page.split('name="csrf_token" value="')[1].split('"')[0]
    forms = [
        form("POST", path, {**fields, "csrf_token": secret}) for path, fields in SIGN_IN.items()
    ]

    told = sent(client, forms, lambda _chance: {}, name="masuk")

    assert told.total() == BODIES


@pytest.mark.slow
def test_no_form_makes_the_portal_fail():
    edge = FakeEdge(otherwise=_as_if_done)
    client = portal(edge)
    sign_in(client, edge, "umpeg", "employee")
    knows(edge, a_proposal(stage="umpeg_verification", allowed_actions=["approve", "revise"]))
    secret = csrf_of(client)
    forms = [form("POST", path, FIELDS) for path in posts(client.application)]

    told = sent(client, forms, lambda _chance: {"X-CSRF-Token": secret}, name="portal")

    assert told.total() == BODIES
    assert len(forms) > 8


def _as_if_done(sent: Sent) -> Any:
    """Let the services take each change, so that the portal goes on to its end."""
    if sent.method == "GET":
        return 404, problem(404, "not_found")
    return 200, a_proposal(stage="umpeg_verification"), {"ETag": '"2"'}


def sent(
    client: FlaskClient,
    bodies: list[Raw],
    headers: Callable[[Random], Mapping[str, str]],
    *,
    name: str,
) -> Counter[int]:
    """Send changed bodies, always the same ones, and count the answers. None is a fault."""
    chance, told = Random(name), Counter[int]()
    faults = []
    for _ in range(BODIES):
        raw = changed(chance, chance.choice(bodies))
        answer = client.open(
            raw.address,
            method=raw.method,
            data=raw.body,
            content_type=raw.content_type,
            headers={**headers(chance), **raw.headers},
        )
        told[answer.status_code] += 1
        if answer.status_code >= 500:
            faults.append(f"{answer.status_code} {raw}")
    reports.write(f"bodies-{name}", f"{told.total()} bodies: {sorted(told.items())}")
    assert faults == []
    return told

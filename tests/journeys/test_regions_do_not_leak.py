"""Every operation of every service, with every kind of stranger and every id there is.

The operations come from the services' own OpenAPI, so a new one is in the matrix by itself.
"""

import itertools
import json
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from chassis import runtime as runtimes
from chassis.ids import uuid7
from chassis.keys import KeySet
from chassis.regions import all_regions
from tests.builders.tokens import Signer
from tests.journeys.journey import Journey, running

SCOPES = ("identity", "proposal", "documents", "notification", "openid", "profile")
PER_TABLE = 2
ALLOWED = {401, 403, 404, 405, 412, 415, 422, 428, 400, 409}


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A system in which a proposal has gone some way, so that there is something to steal."""
    with running(tmp_path_factory.mktemp("leaks")) as journey:
        journey.bebas_hukdis()
        journey.system.drain()
        yield journey


@pytest.fixture(scope="module")
def signer(lived_in: Journey) -> Iterator[Signer]:
    """Signs tokens every service takes for real, so that no sign-in rule hides a leak."""
    signer = Signer()
    kept = {}
    for name, app in lived_in.system.apps.items():
        runtime = runtimes.of(app)
        kept[name] = runtime.keys
        runtime.keys = KeySet("test", lambda: signer.jwks, runtime.db)
    yield signer
    for name, app in lived_in.system.apps.items():
        runtimes.of(app).keys = kept[name]


def ids_of(app: Flask) -> list[UUID]:
    """Some ids of every table of a service that belongs to a region."""
    runtime = runtimes.of(app)
    found: list[UUID] = []
    with app.app_context(), all_regions():
        for mapper in runtime.db.Model.registry.mappers:
            keys = inspect(mapper.class_).primary_key
            if len(keys) == 1 and keys[0].type.python_type is UUID:
                found += runtime.db.session.scalars(select(keys[0]).limit(PER_TABLE))
        runtime.db.session.rollback()
    return found


def operations(app: Flask) -> list[tuple[str, str, bool]]:
    document = app.test_client().get(f"/api/{app.name}/v1/openapi.json").json
    return [
        (method.upper(), path, bool(operation.get("security")))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def addresses(path: str, ids: list[UUID]) -> Iterator[str]:
    """The path with every combination of ids in its places (words where a word is meant)."""
    places = re.findall(r"\{(\w+)\}", path)
    choices = [ids if place.endswith("_id") or place == "id" else ["x" * 24] for place in places]
    for chosen in itertools.islice(itertools.product(*choices), 60):
        filled = path
        for place, value in zip(places, chosen, strict=True):
            filled = filled.replace(f"{{{place}}}", str(value))
        yield filled


def ask(app: Flask, method: str, path: str, token: str | None) -> tuple[int, bytes]:
    headers = {"If-Match": '"1"'} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = None if method == "GET" else json.dumps({})
    answer = app.test_client().open(
        path, method=method, headers=headers, data=body, content_type="application/json"
    )
    return answer.status_code, answer.get_data()


@pytest.mark.parametrize("name", ["identity", "proposal", "documents", "notification"])
def test_a_person_of_another_region_finds_nothing_anywhere(lived_in, signer, name):
    app = lived_in.system.apps[name]
    ids = ids_of(app)
    token = signer.person(uuid7(), *SCOPES, region="elsewhere", iss=lived_in.system.public_url)
    leaks = []
    asked = 0
    for method, path, _ in operations(app):
        for address in addresses(path, ids):
            status, body = ask(app, method, address, token)
            asked += 1
            told = any(str(one).encode() in body for one in ids if str(one) not in address)
            if (status not in ALLOWED and "{" in path) or told:
                leaks.append((method, address, status))

    assert leaks == []
    assert asked > 15


@pytest.mark.parametrize("name", ["identity", "proposal", "documents", "notification"])
def test_nobody_without_a_token_gets_past_a_guarded_operation(lived_in, name):
    app = lived_in.system.apps[name]
    ids = ids_of(app)[:2]
    open_doors = [
        (method, address)
        for method, path, guarded in operations(app)
        for address in addresses(path, ids)
        if guarded and ask(app, method, address, None)[0] != 401
    ]

    assert open_doors == []


@pytest.mark.parametrize("name", ["proposal", "documents", "notification"])
def test_a_colleague_without_a_role_sees_nothing_of_somebody_elses(lived_in, signer, name):
    app = lived_in.system.apps[name]
    ids = ids_of(app)
    token = signer.person(uuid7(), *SCOPES, iss=lived_in.system.public_url)
    leaks = [
        (method, address, status)
        for method, path, _ in operations(app)
        if "{" in path and method != "GET"
        for address in addresses(path, ids)
        if (status := ask(app, method, address, token)[0]) not in ALLOWED
    ]

    assert leaks == []

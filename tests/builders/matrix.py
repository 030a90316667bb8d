"""Every operation of a service, asked by every kind of stranger with every id there is.

The operations and their bodies come from the service's own OpenAPI, so a new one is in the
matrix by itself; the ids come from every table that belongs to a region.
"""

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import Table, inspect, select

from chassis.http.keys import KeySet
from chassis.process import runtime as runtimes
from chassis.process.manifest import discover
from chassis.process.regions import all_regions
from tests.builders.neighbours import REGION, Neighbours
from tests.builders.system import System
from tests.builders.tokens import Signer

SERVICES = tuple(discover())
HOME = "demo"
REFUSED = {400, 401, 403, 404, 405, 409, 412, 415, 422, 428}
OF_THE_INSTALLATION = {"ops"}  # its operator works across regions
PER_TABLE = 2
PER_OPERATION = 30


@dataclass(frozen=True)
class Operation:
    """One operation as the OpenAPI document describes it."""

    method: str
    path: str
    guarded: bool
    schema: Mapping[str, Any] | None = None


@dataclass
class Findings:
    """What a walk through the matrix brought to light."""

    asked: int = 0
    leaks: list[tuple[str, str, str, int]] = field(default_factory=list)


@contextmanager
def signed_here(system: System) -> Iterator[Signer]:
    """Tokens every service takes for real, so that no rule of signing in hides a leak."""
    signer, kept = Signer(), {}
    for name, app in system.apps.items():
        runtime = runtimes.of(app)
        kept[name] = runtime.keys
        runtime.keys = KeySet("test", lambda: signer.jwks, runtime.db)
    try:
        yield signer
    finally:
        for name, app in system.apps.items():
            runtimes.of(app).keys = kept[name]


def strangers(system: System, signer: Signer, there: Neighbours) -> dict[str, str]:
    """Return a token for each kind of stranger, with every scope a region can be given."""
    asked = {scope for app in system.apps.values() for scope in scopes_of(app)}
    scopes = sorted(asked - OF_THE_INSTALLATION)
    claims: dict[str, Any] = {"region": REGION, "iss": system.public_url, "amr": ["pwd", "otp"]}
    return {
        "officer": signer.person(there.officer, *scopes, **claims),
        "employee": signer.person(there.employee, *scopes, **claims),
        "application": signer.client("elsewhere-app", *scopes, **claims),
    }


def regional(app: Flask) -> list[Table]:
    """Return the tables of a service whose rows belong to a region."""
    tables = runtimes.of(app).db.metadata.sorted_tables
    return [table for table in tables if table.info.get("region_scoped")]


def ids_of(app: Flask, region: str = HOME, per_table: int = PER_TABLE) -> list[UUID]:
    """Return some ids of every table of a service that belongs to a region."""
    session = runtimes.of(app).db.session
    found: list[UUID] = []
    with app.app_context(), all_regions():
        for table in regional(app):
            (key, *more) = inspect(table).primary_key.columns
            if not more and key.type.python_type is UUID:
                mine = select(key).where(table.c.region == region)
                found += session.scalars(mine.order_by(key).limit(per_table))
        session.rollback()
    return found


def contents_of(app: Flask, region: str = HOME) -> dict[str, list[str]]:
    """Return all that a service knows of a region, to see whether anything was touched."""
    session = runtimes.of(app).db.session
    with app.app_context(), all_regions():
        found = {
            table.name: sorted(
                str(tuple(row))
                for row in session.execute(select(table).where(table.c.region == region))
            )
            for table in regional(app)
        }
        session.rollback()
    return found


def operations(app: Flask) -> list[Operation]:
    """Return what a service's OpenAPI document says it can do."""
    document = document_of(app)
    return [
        Operation(method.upper(), path, bool(told.get("security")), _body_schema(told, document))
        for path, item in document["paths"].items()
        for method, told in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def scopes_of(app: Flask) -> set[str]:
    """Return every scope that some operation of a service asks for."""
    told = [element for item in document_of(app)["paths"].values() for element in item.values()]
    return {
        scope
        for element in told
        if isinstance(element, dict)
        for need in element.get("security", ())
        for scope in need.get("bearer", ())
    }


def addresses(path: str, ids: Sequence[UUID]) -> Iterator[str]:
    """The path with every combination of ids in its places (words where a word is meant)."""
    places = re.findall(r"\{(\w+)\}", path)
    meant = {"id": ids, "version": [1], "page": [1]}
    choices: list[Sequence[object]] = [
        ids if place.endswith("_id") else meant.get(place, ["x" * 24]) for place in places
    ]
    for chosen in itertools.islice(itertools.product(*choices), PER_OPERATION):
        filled = path
        for place, value in zip(places, chosen, strict=True):
            filled = filled.replace(f"{{{place}}}", str(value))
        yield filled


def ask(
    app: Flask, method: str, path: str, token: str | None, body: object = None
) -> tuple[int, bytes]:
    headers = {"If-Match": '"1"'} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if method == "GET" else json.dumps({} if body is None else body)
    answer = app.test_client().open(
        path, method=method, headers=headers, data=data, content_type="application/json"
    )
    return answer.status_code, answer.get_data()


def walk(
    app: Flask,
    tokens: Mapping[str, str],
    ids: Sequence[UUID],
    *,
    until_one: bool = False,
    by: Sequence[UUID] = (),
) -> Findings:
    """Ask everything, or until one leak is found; `by` some of the ids, else by all.

    Note each answer that knows, or takes, what is another region's.
    """
    found, described = Findings(), operations(app)
    for who, token in tokens.items():
        for item in described:
            for address, body in _requests(item, by or ids):
                status, told = ask(app, item.method, address, token, body)
                found.asked += 1
                sent = address + json.dumps(body)
                named = any(str(each) in sent for each in ids)
                tells = any(str(each).encode() in told for each in ids if str(each) not in sent)
                if (named and status not in REFUSED) or tells:
                    found.leaks.append((who, item.method, address, status))
                    if until_one:
                        return found
    return found


def _requests(one: Operation, ids: Sequence[UUID]) -> Iterator[tuple[str, object]]:
    """Each address; and, where a body can name something, each id in it."""
    for address in addresses(one.path, ids):
        yield address, None
    if one.schema is None:
        return
    bodies = [filled(one.schema, each) for each in ids]
    for address in itertools.islice(addresses(one.path, ids), 5):
        yield from ((address, body) for body in bodies)


def filled(schema: Mapping[str, Any], the_id: UUID) -> Any:
    """Return a body that fits a schema, with one id wherever an id is meant."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind if isinstance(kind, str) else next(item for item in kind if item != "null")
    if kind == "object":
        return {name: filled(part, the_id) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [filled(schema.get("items", {}), the_id)]
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    dated = {"uuid": str(the_id), "date": "2030-01-07", "date-time": "2030-01-07T00:00:00Z"}
    return dated.get(str(schema.get("format")), "x" * max(3, schema.get("minLength", 0)))


def document_of(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get(f"/api/{app.name}/v1/openapi.json").json
    return found


def _body_schema(told: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    return resolved(content["schema"], document) if content else None


def resolved(part: Any, document: Mapping[str, Any], depth: int = 0) -> Any:
    if isinstance(part, list):
        return [resolved(item, document, depth) for item in part]
    if not isinstance(part, dict) or depth > 8:
        return part
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[1]
        return resolved(document["components"]["schemas"][name], document, depth + 1)
    return {key: resolved(value, document, depth + 1) for key, value in part.items()}

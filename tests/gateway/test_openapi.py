from typing import Any

import pytest
from openapi_spec_validator import validate

from chassis.process.manifest import Manifest
from gateway.openapi import merged

URL = "http://simpul.test"


def manifest(name: str) -> Manifest:
    return Manifest(name=name, title={"id": name, "en": name}, app="")


def document(resource: str) -> dict[str, Any]:
    """What a service says of itself; every service calls its things `View` and `list`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": resource, "version": "1"},
        "tags": [{"name": "things"}],
        "paths": {
            f"/api/{resource}/v1/{resource}": {
                "parameters": [{"$ref": "#/components/parameters/Limit"}],
                "get": {
                    "operationId": "list",
                    "tags": ["things"],
                    "security": [{"bearer": []}],
                    "responses": {
                        "200": {
                            "description": "all",
                            "content": {
                                "application/json": {
                                    "schema": {
                                        "type": "array",
                                        "items": {"$ref": "#/components/schemas/View"},
                                    }
                                }
                            },
                        },
                        "default": {"$ref": "#/components/responses/Problem"},
                    },
                },
            }
        },
        "components": {
            "schemas": {
                "View": {"type": "object", "properties": {"$ref": {"const": resource}}},
                "Problem": {"type": "object"},
            },
            "parameters": {
                "Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}
            },
            "responses": {
                "Problem": {
                    "description": "no",
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                }
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


@pytest.fixture
def whole() -> dict[str, Any]:
    names = ("letters", "archive")
    return merged({n: document(n) for n in names}, {n: manifest(n) for n in names}, URL)


def test_the_merged_document_is_valid_openapi(whole: dict[str, Any]):
    validate(whole)

    assert whole["openapi"] == "3.1.0"
    assert whole["servers"] == [{"url": URL}]
    assert "x-unavailable" not in whole


def test_equal_names_of_two_services_do_not_collide(whole: dict[str, Any]):
    views = {name: one["properties"] for name, one in whole["components"]["schemas"].items()
             if name.endswith("View")}  # fmt: skip
    ids = [item["get"]["operationId"] for item in whole["paths"].values()]

    assert views == {
        "letters.View": {"$ref": {"const": "letters"}},
        "archive.View": {"$ref": {"const": "archive"}},
    }
    assert ids == ["letters.list", "archive.list"]
    assert [tag["name"] for tag in whole["tags"]] == ["letters: things", "archive: things"]


def test_references_follow_their_components(whole: dict[str, Any]):
    item = whole["paths"]["/api/archive/v1/archive"]

    assert item["parameters"] == [{"$ref": "#/components/parameters/archive.Limit"}]
    assert item["get"]["responses"]["default"] == {"$ref": "#/components/responses/archive.Problem"}
    assert item["get"]["security"] == [{"bearer": []}]
    assert list(whole["components"]["securitySchemes"]) == ["bearer"]


def test_a_service_that_does_not_answer_is_named():
    names = ("letters", "archive")
    part = merged({"letters": document("letters")}, {n: manifest(n) for n in names}, URL)

    validate(part)
    assert part["x-unavailable"] == ["archive"]
    assert list(part["paths"]) == ["/api/letters/v1/letters"]


def test_no_service_at_all_is_still_a_valid_document():
    validate(merged({}, {}, URL))

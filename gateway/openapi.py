"""One OpenAPI 3.1 document out of those of all services.

Every component name gets its service in front, so that two services may use the same name; so
do tags and operation ids. Paths are public paths already and stay as they are.
"""

from collections.abc import Mapping
from typing import Any

from chassis.process.manifest import Manifest

Document = dict[str, Any]
_COMPONENTS = "#/components/"
_SHARED_KINDS = ("securitySchemes",)  # named in `security`, not by reference; the same for all
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def merged(
    documents: Mapping[str, Document], manifests: Mapping[str, Manifest], public_url: str
) -> Document:
    """Merge what answered and name under `x-unavailable` what did not."""
    combined: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Simpul",
            "version": "v1",
            "description": "Staff services of regional governments. Errors are problem+json.",
        },
        "servers": [{"url": public_url}],
        "tags": [],
        "paths": {},
        "components": {},
    }
    for service, document in documents.items():
        _add(combined, service, document)
    missing = sorted(set(manifests) - set(documents))
    if missing:
        combined["x-unavailable"] = missing
    return combined


def _add(combined: Document, service: str, document: Document) -> None:
    renamed = _renamed(document, service)
    for path, item in renamed.get("paths", {}).items():
        combined["paths"][path] = _labelled(item, service)
    for kind, entries in renamed.get("components", {}).items():
        components = combined["components"].setdefault(kind, {})
        for name, entry in entries.items():
            components[name if kind in _SHARED_KINDS else f"{service}.{name}"] = entry
    for tag in renamed.get("tags", ()):
        combined["tags"].append({**tag, "name": f"{service}: {tag['name']}"})


def _labelled(item: Document, service: str) -> Document:
    labelled = dict(item)
    for method in _METHODS:
        if method in labelled:
            labelled[method] = _operation(labelled[method], service)
    return labelled


def _operation(operation: Document, service: str) -> Document:
    changed = dict(operation)
    changed["tags"] = [f"{service}: {tag}" for tag in operation.get("tags", (service,))]
    if "operationId" in operation:
        changed["operationId"] = f"{service}.{operation['operationId']}"
    return changed


def _renamed(node: Any, service: str) -> Any:
    if isinstance(node, Mapping):
        return {
            key: _reference(value, service)
            if _is_reference(key, value)
            else _renamed(value, service)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_renamed(item, service) for item in node]
    return node


def _is_reference(key: Any, value: Any) -> bool:
    return key == "$ref" and isinstance(value, str) and value.startswith(_COMPONENTS)


def _reference(value: str, service: str) -> str:
    kind, _, name = value.removeprefix(_COMPONENTS).partition("/")
    return value if kind in _SHARED_KINDS else f"{_COMPONENTS}{kind}/{service}.{name}"

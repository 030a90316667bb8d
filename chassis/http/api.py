"""How a service's HTTP API is declared: flask-smorest with the house's errors and strictness."""

from collections.abc import Callable, Mapping
from functools import cache, cached_property, wraps
from threading import RLock
from typing import Any

import flask_smorest
import marshmallow
from apispec import APISpec
from flask import Flask, Request, g, request
from flask_smorest.utils import prepare_response
from marshmallow import fields
from marshmallow.utils import get_value
from webargs.flaskparser import FlaskParser

from chassis.http.answers import Json, Shape
from chassis.http.etags import set_etag
from chassis.http.fields import UncheckedText, unchecked
from chassis.http.incoming import NotJson, read_json
from chassis.http.problems import CONTENT_TYPE
from chassis.http.values import LooseValue, loose
from chassis.process.manifest import Manifest

_DOC = "simpul_doc"
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Schema(marshmallow.Schema):
    """Input is strict: an unknown field is an error, because it is usually a typing mistake.

    What is loaded takes its texts by fields of `chassis.http.fields`, also where no view says so:
    forms beside a file, rows of a table. Raises `UncheckedText` otherwise.
    """

    class Meta:
        unknown = marshmallow.RAISE

    def _do_load(self, data: Any, **options: Any) -> Any:
        check_texts(self)
        return super()._do_load(data, **options)

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        if many and obj is not None:
            return [self.shape.write(row) for row in obj]
        return self.shape.write(obj)

    @cached_property
    def shape(self) -> Shape:
        """How its rows are written."""
        return Shape(self)


def check_texts(schema: marshmallow.Schema) -> None:
    """Raise `UncheckedText` for a schema with a text that nobody checks."""
    if names := _unchecked(type(schema)):
        raise UncheckedText(f"{type(schema).__name__}: {', '.join(names)}; see chassis.http.fields")


def check_values(schema: marshmallow.Schema) -> None:
    """Raise `LooseValue` for the schema of a body that takes a text for what is none."""
    if names := loose(schema):
        raise LooseValue(f"{type(schema).__name__}: {', '.join(names)}; see chassis.http.values")


@cache
def _unchecked(kind: type[marshmallow.Schema]) -> list[str]:
    return unchecked(kind())


class VersionedView(Schema):
    """What a client sees of something that can change: its version is also its ETag."""

    version = fields.Integer(required=True)


class FieldProblem(Schema):
    """One wrong field of a request."""

    pointer = fields.String(required=True, metadata={"description": "JSON pointer (RFC 6901)"})
    code = fields.String(required=True)
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457 problem document."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable English code"})
    detail = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldProblem))


class _StrictParser(FlaskParser):
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": marshmallow.RAISE,
        "json": marshmallow.RAISE,
        "form": marshmallow.RAISE,
    }

    def _load_location_data(self, *, schema: Any, req: Request, location: str) -> Any:
        g.body_is_read = g.get("body_is_read") or location in ("json", "form", "files")
        return super()._load_location_data(schema=schema, req=req, location=location)

    def load_querystring(self, req: Request, schema: Any) -> Any:
        """Read what was given, once: each argument that was not would cost an exception."""
        return dict(super().load_querystring(req, schema))

    def load_json(self, req: Request, schema: Any) -> Any:  # noqa: ARG002 - webargs gives it
        """Read the body by the house's limits. Raises `Malformed` or `NotJson`."""
        body = req.get_data(cache=True)
        if not body.strip():
            return marshmallow.missing
        if not req.is_json:
            raise NotJson
        return read_json(body)


def refuse_unread_body() -> None:
    """Refuse a body that the view has no arguments for; none and `{}` are fine."""
    if g.get("body_is_read") or request.get_data(cache=True).strip() in (b"", b"{}"):
        return
    Blueprint.ARGUMENTS_PARSER.parse(Schema(), request, location="json")


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """flask-smorest's blueprint, with strict arguments and our decorators' documentation."""

    ARGUMENTS_PARSER = _StrictParser()
    # What else than a token proves who asks, by its name in the description.
    proofs: Mapping[str, dict[str, str]] = {}

    def __init__(self, name: str, import_name: str = __name__, **kwargs: Any) -> None:
        super().__init__(name, import_name, **kwargs)
        self._prepare_doc_cbks.append(_describe)

    # flask-smorest has no types; these give the decorators theirs.
    def route(self, rule: str, **options: Any) -> Decorator:
        return super().route(rule, **options)  # type: ignore[no-any-return]

    def arguments(self, schema: Any, **options: Any) -> Decorator:
        """Take arguments by a schema.

        Raises `UncheckedText` for a text that nobody checks, `LooseValue` for a value of JSON that
        may be a text.
        """
        made = schema() if isinstance(schema, type) else schema
        check_texts(made)
        if options.get("location", "json") == "json":
            check_values(made)
        return super().arguments(made, **options)  # type: ignore[no-any-return]

    def doc(self, **words: Any) -> Decorator:
        return super().doc(**words)  # type: ignore[no-any-return]

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Decorator:
        answering: Decorator = super().response(status_code, schema, **options)
        if not (isinstance(schema, type) and issubclass(schema, VersionedView)):
            return answering
        return lambda view: answering(_with_etag(view))


def document(view: Callable[..., Any], **extra: Any) -> None:
    """Add security, header parameters, a minimal answer or files to a view's documentation."""
    # A view shares its documentation with the one it wraps: what is changed is made anew.
    doc = getattr(view, "_apidoc", {})
    ours = doc.get(_DOC, {"parameters": []})
    parameters = [*ours["parameters"], *extra.pop("parameters", [])]
    view.__dict__["_apidoc"] = {**doc, _DOC: {**ours, **extra, "parameters": parameters}}


def _with_etag(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def versioned(*args: Any, **kwargs: Any) -> Any:
        shown = view(*args, **kwargs)
        set_etag(get_value(shown, "version"))
        return shown

    return versioned


def _describe(doc: dict[str, Any], info: dict[str, Any], **_context: Any) -> dict[str, Any]:
    ours = info.get(_DOC, {})
    if ours.get("parameters"):
        doc["parameters"] = [*doc.get("parameters", []), *ours["parameters"]]
    if "security" in ours:
        doc["security"] = ours["security"]
    if ours.get("minimal"):
        _offer(doc["responses"], ours["minimal"])
    for content_type in ours.get("files", {}).values():
        file = {"schema": {"type": "string", "format": "binary"}}
        doc["responses"][200]["content"][content_type] = file
    doc.setdefault("responses", {}).setdefault("default", "DEFAULT_ERROR")
    return doc


def _offer(responses: dict[Any, Any], minimal: type[Schema]) -> None:
    """Say that a successful answer may be the minimal one."""
    for status, response in responses.items():
        if str(status).startswith("2"):
            for content in response["content"].values():
                content["schema"] = {"anyOf": [content["schema"], minimal]}


class _Api(flask_smorest.Api):  # type: ignore[misc]
    """An API that is described when somebody first asks for its description.

    Few processes are ever asked, and writing the description takes longer than all else an app does
    when it starts.
    """

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask, description: str) -> None:
        self._description = description
        self._blueprints: list[flask_smorest.Blueprint] = []
        self._lock = RLock()
        self._spec: APISpec | None = None
        super().__init__(app)

    @property
    def spec(self) -> APISpec:
        with self._lock:
            return self._spec or self._described()

    @spec.setter
    def spec(self, spec: APISpec | None) -> None:
        self._spec = spec

    def register_blueprint(self, blp: flask_smorest.Blueprint) -> None:
        """Add the routes now and their description when it is asked for."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._blueprints.append(blp)

    def _init_spec(self, **_options: Any) -> None:
        """Nothing yet; see `_described`."""

    def _described(self) -> APISpec:
        super()._init_spec(info={"description": self._description})
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        self.spec.components.security_scheme("bearer", bearer)
        for blueprint in self._blueprints:
            name = blueprint.name
            blueprint.register_views_in_doc(self, self._app, self.spec, name=name, parameters=None)
            self.spec.tag({"name": name, "description": blueprint.description})
        # Several blueprints may take the same proof.
        proofs = {name: told for one in self._blueprints for name, told in one.proofs.items()}
        for proof, told in proofs.items():
            self.spec.components.security_scheme(proof, told)
        return self.spec

    def _register_error_handlers(self) -> None:
        """Errors are answered by `chassis.http.problems`."""

    def _register_responses(self) -> None:
        super()._register_responses()
        response = {"description": "A problem (RFC 9457)", "schema": ProblemSchema}
        prepare_response(response, self.spec, CONTENT_TYPE)
        for name in ("DEFAULT_ERROR", "UNPROCESSABLE_ENTITY", "UNPROCESSABLE_CONTENT"):
            self.spec.components.response(name, response, lazy=True)


def create_api(app: Flask, manifest: Manifest, version: str) -> flask_smorest.Api:
    """Add the API to the app and serve its OpenAPI 3.1 description."""
    app.config.update(
        API_TITLE=f"Simpul {manifest.name}",
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=f"/api/{manifest.name}/v1",
    )
    app.json = Json(app)
    return _Api(app, manifest.title["en"])

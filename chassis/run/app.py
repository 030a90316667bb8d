"""The composition root every service shares: settings, database, bus, API, loops, checks."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from sys import modules
from typing import Any

from flask import Blueprint as PlainBlueprint
from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from chassis.data.db import Database
from chassis.data.postgres import BACKEND
from chassis.events import ended_sessions, feed, retention
from chassis.events.bus.adapters import connect
from chassis.events.contracts import Contracts
from chassis.events.dispatcher import Dispatcher
from chassis.events.inbox import Hearing, store_into
from chassis.events.looking import Looking
from chassis.events.reconcile import Reconciler
from chassis.events.refusals import LOOP, Refusals
from chassis.events.relay import Relay
from chassis.events.security import note
from chassis.http import addresses, api, idempotency, peers, problems, sessions
from chassis.http.incoming import refuse_oversized
from chassis.http.keys import KeySet
from chassis.kernel.version import VERSION
from chassis.process import config, runtime
from chassis.process.context import apart, safe_request_id, work
from chassis.process.loops import Loop
from chassis.process.manifest import Manifest, discover, settings_of
from chassis.process.parts import RevokedAt
from chassis.process.runtime import Runtime
from chassis.process.telemetry import REQUESTS
from chassis.run import health, job_routes, operations, promises, timers
from chassis.run.jobs import Jobs
from chassis.run.worker import identity_of_worker

_PEER = "peer:"


class RouteUnmarked(Exception):
    """A route says neither `requires` nor `public`; the app does not start."""


def service_app(  # noqa: PLR0913 - the one place where a service is put together
    manifest: Manifest,
    import_name: str,
    *,
    db: Database,
    revoked_at: RevokedAt,
    config: Mapping[str, str] | None = None,
    blueprints: Sequence[PlainBlueprint] = (),
    heard: Mapping[str, Hearing] | None = None,
    at_times: Mapping[str, timers.Handle] | None = None,
    jobs: Jobs | None = None,
    loops: Sequence[Loop] = (),
    on_create: Sequence[Callable[[Flask], None]] = (),
    template_folder: str = "templates",
) -> Flask:
    """Build a service's Flask app.

    `revoked_at` tells since when a person's older tokens are void; a service that keeps no people
    says `chassis.http.auth.accept_until_expiry`. `at_times` is what each kind of timer does when
    due. `config` holds the settings as strings (default: the environment). Raises `SettingsInvalid`
    with every problem at once, `ManifestInvalid` where the manifest says something else than
    `heard`, and `RouteUnmarked` for a route nobody decided about.
    """
    manifests = {**discover(), manifest.name: manifest}
    heard = {**ended_sessions.heard_by(manifest, manifests), **(heard or {})}
    promises.check(manifest, heard, manifests)
    folder = str(_folder(import_name))
    app = Flask(
        manifest.name, root_path=folder, static_folder=None, template_folder=template_folder
    )
    addresses.read_exactly(app)
    checked = _settings(manifest.name, manifests, config)
    _connect_database(app, db, checked.database_url)
    attached = _runtime(manifest, import_name, db, checked, revoked_at, heard, manifests)
    attached.timers = at_times or {}
    runtime.attach(app, attached)
    routes_of_jobs = [job_routes.blueprint(manifest, jobs)] if jobs else []
    _add_routes(app, manifest, [*blueprints, *routes_of_jobs])
    _wrap_requests(app)
    attached.loops.extend([*_plumbing_loops(app, attached, jobs), *loops])
    if checked.peers_url.startswith("local"):
        peers.register_local(checked.peers_url, manifest.name, app)
    for callback in on_create:
        callback(app)
    check_access(app)
    return app


def key_set(attached: Runtime, address: str) -> KeySet:
    """Return the key set at `peer:<service>/<path>` or an http(s) address."""

    def fetch() -> str:
        peer, _, path = address.removeprefix(_PEER).partition("/")
        answer = attached.peers[peer].get(f"/{path}", signed_in=False)
        if answer.status != 200:
            raise peers.PeerUnavailable(peer=peer)
        return answer.body.decode()

    def fetch_http() -> str:
        scheme, _, rest = address.partition("://")
        host, _, path = rest.partition("/")
        answer = peers.transport(f"{scheme}://{host}").send(host, "GET", f"/{path}", {}, None)
        if answer.status != 200:
            raise peers.PeerUnavailable(peer=host)
        return answer.body.decode()

    return KeySet(address, fetch if address.startswith(_PEER) else fetch_http, attached.db)


def check_access(app: Flask) -> None:
    """Refuse to go on while a route is neither `requires` nor `public`."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        ours = rule.endpoint == "static" or rule.endpoint.startswith("api-docs.")
        if not ours and not hasattr(view, "access"):
            raise RouteUnmarked(f"{app.name}: {rule.rule} ({rule.endpoint})")


def _settings(
    service: str, manifests: Mapping[str, Manifest], given: Mapping[str, str] | None
) -> config.Settings:
    declared = settings_of(service, manifests)
    return config.read(service, declared, os.environ if given is None else given)


def _folder(import_name: str) -> Path:
    return Path(str(modules[import_name].__file__)).parent


def _connect_database(app: Flask, db: Database, database_url: str) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = db.engine_options(database_url)
    db.init_app(app)


def _runtime(
    manifest: Manifest,
    import_name: str,
    db: Database,
    settings: config.Settings,
    revoked_at: RevokedAt,
    heard: Mapping[str, Hearing],
    manifests: Mapping[str, Manifest],
) -> Runtime:
    folder = _folder(import_name)
    attached = Runtime(
        settings=settings,
        manifest=manifest,
        manifests=manifests,
        db=db,
        bus=connect(settings.bus_url, manifest.name),
        peers=peers.Peers(manifest, settings.peers_url, settings.client_secret),
        keys=None,  # type: ignore[arg-type]  # set below, because it fetches through the peers
        receipt_keys=None,  # type: ignore[arg-type]  # likewise
        contracts=Contracts(folder / "contracts"),
        folder=folder,
        revoked_at=revoked_at,
        note=note,
        heard=heard,
    )
    attached.keys = key_set(attached, settings.jwks_url)
    if config.RECEIPT_KEYS in manifest.declared():
        attached.receipt_keys = key_set(attached, settings[config.RECEIPT_KEYS.name])
    return attached


def _add_routes(app: Flask, manifest: Manifest, blueprints: Sequence[Any]) -> None:
    problems.register(app)
    documented = api.create_api(app, manifest, VERSION)
    for blueprint in (
        *blueprints,
        feed.blueprint(manifest.name),
        operations.blueprint(manifest.name),
    ):
        if isinstance(blueprint, api.Blueprint):
            documented.register_blueprint(blueprint)
        else:
            app.register_blueprint(blueprint)
    app.register_blueprint(health.blueprint)


def _plumbing_loops(app: Flask, attached: Runtime, jobs: Jobs | None) -> list[Loop]:
    worker = identity_of_worker()
    relay = Relay(attached, worker)
    loops = [
        Loop("relay", relay.run, due=relay.due, stop=relay.stop),
        Loop("publisher", relay.publish, due=relay.publisher_due),
        Loop("keys", attached.keys.refresh, every=60.0, drained=False),
        Loop("tidying", lambda: _tidy(attached), every=3600.0, drained=False),
        _refusals(app, attached),
    ]
    if jobs:
        loops.append(jobs.loop(attached, worker))
    if attached.timers:
        ringing = timers.TimerLoop(attached, worker)
        loops.append(Loop(timers.LOOP, ringing.run, due=ringing.due))
    if attached.settings.database_url.startswith(BACKEND):
        loops.append(_listening(attached))
    if attached.heard:
        dispatcher = Dispatcher(attached, worker)
        loops.append(Loop("dispatcher", dispatcher.run, due=dispatcher.due))
        loops.extend(attached.bus.hear(attached.name, tuple(attached.heard), store_into(app)))
        every = attached.settings.reconcile_every
        if every:
            loops.append(Loop("reconciler", Reconciler(attached).run, every=every, drained=False))
    return loops


def _refusals(app: Flask, attached: Runtime) -> Loop:
    refusals = app.extensions[LOOP] = Refusals()
    app.after_request(Looking(refusals).observe)
    app.after_request(refusals.observe)
    return refusals.loop(attached)


def _listening(attached: Runtime) -> Loop:
    # Only PostgreSQL installations have its driver.
    from chassis.data.listener import Listener

    def topics() -> set[str]:
        return {loop.topic for loop in attached.loops if loop.due}

    url = attached.settings.database_url
    listener = Listener(url, attached.wake, topics, lambda: attached.mark)
    return Loop("listener", listener.run, every=0.0, drained=False, stop=listener.stop)


def _tidy(attached: Runtime) -> bool:
    idempotency.forget_old(attached)
    timers.forget_old(attached)
    sessions.forget_old(attached)
    return bool(retention.forget_old(attached))  # at once again while there is more


def _wrap_requests(app: Flask) -> None:
    inner = app.wsgi_app

    def with_request_id(environ: dict[str, Any], start_response: Any) -> Any:
        request_id = safe_request_id(environ.get("HTTP_X_REQUEST_ID"))
        environ["simpul.request_id"] = request_id
        with work(request_id):
            return inner(environ, start_response)

    app.wsgi_app = apart(with_request_id)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = request.environ.get("simpul.request_id", "")
    _read_clock()
    refuse_oversized(request.environ)
    request.max_content_length = runtime.here().manifest.route_of(request.path).max_body


def _read_clock() -> None:
    """A request whose database is away is refused where it needs it; being alive needs none."""
    if request.path != "/livez":
        with suppress(SQLAlchemyError):
            runtime.here().db.read_clock()


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if "etag" in g and response.status_code < 300:
        response.headers.setdefault("ETag", g.etag)
    if "started" in g:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        REQUESTS.labels(runtime.here().name, route, response.status_code).observe(
            time.perf_counter() - g.started
        )
    return response

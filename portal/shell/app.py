"""The composition root of the portal: an ordinary Flask app below /portal/."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, g, redirect

from chassis.process import config as settings
from chassis.process.context import apart
from portal.shell import faults, home, idling, joining, measuring, problems, sign_in, typed, words
from portal.shell.answers import forget_after_change
from portal.shell.cases import name_of, targets
from portal.shell.encodings import read_form, with_what_can_be_shown
from portal.shell.fingerprints import fingerprint
from portal.shell.forgery import csrf_token, refuse_forged_posts
from portal.shell.id_tokens import IdTokens
from portal.shell.menu import menu
from portal.shell.saying import say
from portal.shell.sealed import SealedSessions
from portal.shell.sections import Section, discover
from portal.shell.settings import SETTINGS
from portal.shell.signed_in import CLIENT_ID, connect, me
from portal.shell.transport import Transport, WSGIApp, http, local
from portal.shell.uploads import LARGEST, whose_uploads

MEBIBYTE = 1_048_576
_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(config: Mapping[str, str] | None = None, edge: WSGIApp | None = None) -> Flask:
    """Build the portal of all sections installed.

    `edge` is the WSGI edge of the same process, used when PEERS_URL is `local:`.
    Raises `SettingsInvalid`, `SectionInvalid`, `TextsInvalid`.
    """
    checked = settings.read("portal", SETTINGS, os.environ if config is None else config)
    app = Flask(__name__, static_url_path="/portal/static")
    app.wsgi_app = apart(app.wsgi_app)  # type: ignore[method-assign]
    app.config.update(
        PUBLIC_URL=checked.public_url,
        MAX_CONTENT_LENGTH=2 * MEBIBYTE,
        MAX_FORM_MEMORY_SIZE=MEBIBYTE,
        MAX_FORM_PARTS=200,
    )
    https = checked.public_url.startswith("https:")
    app.session_interface = SealedSessions(checked["SECRET_PORTAL"], https=https)
    app.after_request(with_what_can_be_shown)
    typed.connect(app, checked["SECRET_PORTAL"])
    app.extensions["portal_id_tokens"] = IdTokens(checked.public_url, CLIENT_ID)
    connect(app, _transport(checked.peers_url, edge))
    _install(app, discover())
    return app


def _transport(peers_url: str, edge: WSGIApp | None) -> Transport:
    if peers_url.startswith("http"):
        return http(peers_url)
    if edge is None:
        raise settings.SettingsInvalid(["PEERS_URL: local: needs the edge in the same process"])
    return local(edge)


def _install(app: Flask, sections: Mapping[str, Section]) -> None:
    app.register_blueprint(home.pages)
    app.register_blueprint(sign_in.pages)
    measuring.install(app)
    app.before_request(_remember_zone)
    app.before_request(read_form)
    idling.install(app)
    app.before_request(refuse_forged_posts)
    app.after_request(forget_after_change)
    app.after_request(_protected)
    app.after_request(problems.completed)
    faults.install(app)
    app.context_processor(_for_templates)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_url_rule("/portal", "portal", lambda: redirect("/portal/"))
    app.add_url_rule("/livez", "livez", lambda: {"status": "alive"})
    app.add_url_rule("/readyz", "readyz", lambda: {"status": "ready"})
    joining.join(app, sections)
    app.jinja_env.filters.update(
        day=words.day, month=words.month, moment=words.moment, size=words.size
    )
    app.jinja_env.globals.update(
        _=say,
        asset=_assets(app),
        link=joining.link,
        menu=menu,
        name_of=name_of,
        targets=targets,
        whose=typed.whose,
        largest_upload=LARGEST,
        whose_uploads=whose_uploads,
    )


def _for_templates() -> dict[str, Any]:
    return {"csrf_token": csrf_token, "me": me(), "language": words.language()}


def _assets(app: Flask) -> Any:
    """Addresses of static files with their fingerprint, so that they may be cached for ever."""
    folder = Path(str(app.static_folder))
    marks = {file.name: fingerprint(file.read_bytes()) for file in folder.iterdir()}
    return lambda name: f"/portal/static/{name}?v={marks[name]}"


def _remember_zone() -> None:
    g.zone = (me() or {}).get("zone")


def _protected(response: Any) -> Any:
    response.headers.setdefault("Content-Security-Policy", _CSP)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response

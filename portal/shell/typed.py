"""What somebody typed into a form that was not carried out, until the form is shown again.

It travels in a sealed cookie of the form's own address, for an hour, and is given back to the
person to whom the form was shown and to nobody else. Files cannot be kept: their names are, so
that the page can say which to choose again.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import cast

from flask import Flask, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.shell.encodings import is_too_long, shown
from portal.shell.filling import fill
from portal.shell.own_pages import own_page
from portal.shell.sealed import Box
from portal.shell.signed_in import me

WHOSE = "whose"
KEPT_SECONDS = 3600
WHOSE_SECONDS = 7 * 86_400  # a page may stay open over a weekend
LONGEST_COOKIE = 3900  # with its name and attributes; what browsers keep
_COOKIE = "simpul_typed"  # with a mark of its owner: the next person keeps a cookie of their own
_BOX = "portal_typed_box"
# What forms say of themselves: buttons, and fields that nobody sees.
_NOT_TYPED = {"csrf_token", "key", "etag", "again", WHOSE, "next", "to", "then"}
_NOT_TYPED |= {"confirmed", "change", "action", "answer", "language", "upload", "unggahan"}
_CHOSEN = "chosen."  # the name of a file that a script was sending, by its place
_MAIN = '<main id="main">'
_SECRET = re.compile(r"passw|sandi|totp|otp$|token|secret|(?:^|_)code$", re.IGNORECASE)
_OF_A_LAYANAN = ("field.", "answer.")
_CODE = re.compile(r"[a-z0-9_:.-]*")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.~-]+")


@dataclass(frozen=True)
class Typed:
    """The fields of one form by name, as its `owner` left them.

    `slots` are the fields of the `files`, `etag` is of what the form was about, `path` is the
    form's page.
    """

    owner: str
    values: Mapping[str, Sequence[str]]
    files: Sequence[str] = ()
    slots: Sequence[str] = ()
    etag: str = ""
    path: str = ""

    def texts(self, names: Sequence[str] | None = None) -> list[str]:
        """Return what was written by hand, without the codes of choices."""
        chosen = self.values if names is None else names
        every = (text for name in chosen for text in self.values[name])
        return [text for text in every if not _CODE.fullmatch(text)]


_PARTS = [part.name for part in fields(Typed)]


def connect(app: Flask, secrets: Sequence[str]) -> None:
    """Make an app keep what was typed."""
    app.extensions[_BOX] = Box(secrets, "typed:")
    app.after_request(_keep_or_bring_back)


def whose() -> str:
    """Return who this page is made for, as its forms carry it; "" for a visitor."""
    if "whose" not in g:
        person = me()
        g.whose = _box().seal(str(person["id"]).encode()) if person else ""
    return str(g.whose)


def owner() -> str | None:
    """Tell for whom the form that was sent had been made; None when that is not known."""
    plain = _box().open(request.form.get(WHOSE), WHOSE_SECONDS)
    return plain.decode() if plain else None


def hold() -> Typed | None:
    """Keep what this request typed, if it typed anything; the answer may show it."""
    if "typed" not in g:
        g.typed = _typed() if request.method == "POST" else None
        g.typed_sealed = _sealed(g.typed) if g.typed else ""
    return cast("Typed | None", g.typed)


def discard(response: Response) -> Response:
    """Forget what was kept for the page that asks so."""
    _write(response, "")
    return response


def is_kept() -> bool:
    """Tell whether what was typed is short enough to come back by itself."""
    return bool(g.get("typed_sealed"))


def where_from() -> str:
    """Return the page to load again: the form was on it."""
    try:
        again = "" if is_too_long() else request.form.get("again")
    except HTTPException:  # a part is too long
        again = ""
    return own_page(again or request.path)


def _typed() -> Typed | None:
    if is_too_long():
        return None
    try:
        form, files = request.form, request.files
        person = owner()
    except HTTPException:
        return None
    values = {name: [_lines(text) for text in texts] for name, texts in form.lists()}
    typed = {name: texts for name, texts in values.items() if _is_typed(name)}
    chosen = {slot: file.filename for slot, file in files.items() if file.filename}
    names = [name for name in values if name.startswith(_CHOSEN)]
    chosen |= {name.removeprefix(_CHOSEN): values[name][0] for name in names}
    if person is None or not (any(map(any, typed.values())) or chosen):
        return None
    page = where_from().partition("?")[0]
    return Typed(person, typed, [*chosen.values()], [*chosen], form.get("etag", ""), page)


def _is_typed(name: str) -> bool:
    if name.startswith(_OF_A_LAYANAN):
        return True
    if name.startswith(_CHOSEN):
        return False
    return name not in _NOT_TYPED and not _SECRET.search(name)


def _lines(text: str) -> str:
    return shown(text.replace("\r\n", "\n"))


def _keep_or_bring_back(response: Response) -> Response:
    if g.get("typed_sealed"):
        _write(response, g.typed_sealed)
    elif request.method == "POST":
        if _is_kept_for_me():
            _forget_if_sent(response)
    elif _may_have_the_form(response):
        _bring_back(response)
    return response


def _may_have_the_form(response: Response) -> bool:
    """A page of trouble is no place for it; nor is a page that nobody sees."""
    is_page = request.method == "GET" and response.mimetype == "text/html"
    return is_page and _is_kept_for_me() and response.status_code < 500


def _is_kept_for_me() -> bool:
    person = me()
    return person is not None and _cookie(person["id"]) in request.cookies


def _forget_if_sent(response: Response) -> None:
    """The form was sent again: its answer, or the page that refuses it, has what was typed."""
    if response.status_code < 400 or response.status_code == 422:
        _write(response, "")


def _bring_back(response: Response) -> None:
    person = me()
    typed = _opened(request.cookies.get(_cookie(person["id"]))) if person else None
    if typed is None or person is None or person["id"] != typed.owner:
        return
    if typed.path not in ("", request.path):  # a page below the form's own gets the cookie too
        return
    filled = fill(response.get_data(as_text=True), typed.values)
    left = typed.texts([name for name in typed.values if name not in filled.placed])
    banner = render_template("kit/typed.html", typed=typed, filled=filled, left=left)
    response.set_data(filled.page.replace(_MAIN, _MAIN + banner, 1))


def _sealed(typed: Typed) -> str:
    plain = json.dumps(asdict(typed), separators=(",", ":")).encode()
    sealed = _box().seal(zlib.compress(plain, 9))
    return sealed if len(sealed) <= LONGEST_COOKIE - len(_cookie_path()) - 100 else ""


def _opened(sealed: str | None) -> Typed | None:
    plain = _box().open(sealed, KEPT_SECONDS) if sealed else None
    if plain is None:
        return None
    kept = json.loads(zlib.decompress(plain))  # perhaps by another release, which keeps more
    return Typed(**{name: kept[name] for name in _PARTS if name in kept})


def _cookie(owner: str) -> str:
    return f"{_COOKIE}_{hashlib.sha256(owner.encode()).hexdigest()[:8]}"


def _write(response: Response, sealed: str) -> None:
    held, person = g.get("typed"), me()
    whose = held.owner if sealed and held else (person or {}).get("id")
    if whose is None:
        return
    response.set_cookie(
        _cookie(str(whose)),
        sealed,
        max_age=KEPT_SECONDS if sealed else 0,
        path=_cookie_path(),
        secure=current_app.config["PUBLIC_URL"].startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def _cookie_path() -> str:
    """Only the page with the form gets the cookie: others need not carry it."""
    path = where_from().partition("?")[0]
    return path if _PLAIN_PATH.fullmatch(path) else own_page(None)


def _box() -> Box:
    return cast(Box, current_app.extensions[_BOX])

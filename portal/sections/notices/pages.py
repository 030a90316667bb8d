"""What the system told me."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.sections.notices import reading
from portal.shell.answers import forget
from portal.shell.forms import sent_key
from portal.shell.own_pages import own_page
from portal.shell.signed_in import api

pages = Blueprint("notices", __name__, url_prefix="/portal")


@pages.get("/pemberitahuan")
def all_notices() -> str:
    forget("notices")  # the bell must not say less than the list below it
    wanted = {name: request.args.get(name) for name in ("cursor", "unread")}
    return render_template("notices/list.html", listing=reading.notices(wanted))


@pages.post("/pemberitahuan/<uuid:notice_id>/dibaca")
def read(notice_id: UUID) -> Response:
    api().send("POST", f"{reading.API}/{notice_id}/read", {}, key=sent_key())
    return _back()


@pages.post("/pemberitahuan/dibaca")
def read_all() -> Response:
    api().send("POST", f"{reading.API}/read-all", {}, key=sent_key())
    return _back()


def _back() -> Response:
    return redirect(own_page(request.form.get("to") or url_for("notices.all_notices")))

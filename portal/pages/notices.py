"""What the system told me."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.forms import sent_key
from portal.own_pages import own_page
from portal.signed_in import api

API = "/api/notification/v1/notices"
PAGE_SIZE = "20"
pages = Blueprint("notices", __name__, url_prefix="/portal")


@pages.get("/pemberitahuan")
def all_notices() -> str:
    session.pop("unread", None)  # the bell must not say less than the list below it
    listing = api().get(
        API,
        cursor=request.args.get("cursor"),
        unread=request.args.get("unread"),
        limit=PAGE_SIZE,
    )
    return render_template("notices.html", listing=listing)


@pages.post("/pemberitahuan/<uuid:notice_id>/dibaca")
def read(notice_id: str) -> Response:
    api().send("POST", f"{API}/{notice_id}/read", {}, key=sent_key())
    return _back()


@pages.post("/pemberitahuan/dibaca")
def read_all() -> Response:
    api().send("POST", f"{API}/read-all", {}, key=sent_key())
    return _back()


def _back() -> Response:
    session.pop("unread", None)
    return redirect(own_page(request.form.get("to") or url_for("notices.all_notices")))

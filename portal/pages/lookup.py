"""Where is my proposal? Without signing in, by number and lookup code; stage and dates only."""

from flask import Blueprint, render_template, request

from portal.api_client import ApiRefused
from portal.faults import Page
from portal.signed_in import visitor_api
from portal.words import say

pages = Blueprint("lookup", __name__, url_prefix="/portal")


@pages.get("/status")
def ask() -> str:
    return render_template("lookup.html", status=None, error="", form=request.args)


@pages.post("/status")
def tell() -> Page | str:
    number = request.form.get("number", "").strip()
    code = request.form.get("lookup_code", "").strip().upper()
    body = {"number": number, "lookup_code": code}
    try:
        status = visitor_api().send("POST", "/api/proposal/v1/status", body).data
    except ApiRefused as refused:
        if refused.status not in (404, 422):
            raise
        error = say(
            "Nomor usulan dan kode pelacakan tidak cocok. Periksa kembali keduanya.",
            "Number and lookup code do not match. Check both.",
        )
        page = render_template("lookup.html", status=None, error=error, form=request.form)
        return page, refused.status
    return render_template("lookup.html", status=status, error="", form=request.form)

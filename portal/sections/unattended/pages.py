"""Proposals whose stage nobody can decide today (R16, R31)."""

from flask import Blueprint, render_template, request

from portal.sections.unattended import reading

pages = Blueprint("unattended", __name__, url_prefix="/portal")


@pages.get("/tanpa-pejabat")
def alarms() -> str:
    listing = reading.alarms(request.args.get("cursor"))
    return render_template("unattended/list.html", listing=listing, **reading.degraded())

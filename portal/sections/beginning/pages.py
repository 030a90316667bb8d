"""What a new region's administrator does first, with how it is done."""

from flask import Blueprint, render_template

from portal.sections.beginning import reading

pages = Blueprint("beginning", __name__, url_prefix="/portal")


@pages.get("/langkah-awal")
def steps() -> str:
    return render_template("beginning/steps.html", steps=reading.steps(), manuals=reading.MANUALS)

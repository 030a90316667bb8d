"""What a new region's administrator does first, with how it is done."""

from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.sections.beginning import reading
from portal.shell.downloads import passed_on
from portal.shell.signed_in import api

pages = Blueprint("beginning", __name__, url_prefix="/portal")


@pages.get("/langkah-awal")
def steps() -> str:
    return render_template(
        "beginning/steps.html",
        steps=reading.steps(),
        before=reading.before(),
        manuals=reading.manuals(),
    )


@pages.get("/langkah-awal/contoh/<kind>")
def sample(kind: str) -> AnyResponse:
    """Give the file that is filled in and imported."""
    path = f"{reading.IDENTITY}/imports/{quote(kind, safe='')}/sample?format=xlsx"
    return passed_on(api().download(path))


@pages.get("/langkah-awal/petunjuk/<name>")
def manual(name: str) -> AnyResponse:
    text = reading.manual(name)
    if text is None:
        return redirect(url_for("beginning.steps"))
    return Response(text, mimetype="text/plain")

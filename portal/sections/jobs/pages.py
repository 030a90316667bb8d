"""The long work that somebody began: how far each job is, what went wrong, and its end."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.sections.jobs import reading
from portal.shell.api_client import ApiRefused
from portal.shell.downloads import passed_on
from portal.shell.forms import fresh_key, sent_key
from portal.shell.saying import say
from portal.shell.signed_in import api

pages = Blueprint("jobs", __name__, url_prefix="/portal")


@pages.get("/pekerjaan")
def all_jobs() -> str:
    listing = reading.jobs(request.args.get("cursor"))
    return render_template("jobs/list.html", listing=listing)


@pages.get("/pekerjaan/<uuid:job_id>")
def show(job_id: UUID) -> str:
    _, job = reading.find(job_id)
    return render_template("jobs/job.html", job=job, key=fresh_key())


@pages.get("/pekerjaan/<uuid:job_id>/hasil")
def result(job_id: UUID) -> Response:
    """Give the job's result document, which is one of the person's own documents."""
    _, job = reading.find(job_id)
    if not job["document_id"]:
        raise NotFound
    return passed_on(api().download(f"/api/documents/v1/documents/{job['document_id']}/content"))


@pages.post("/pekerjaan/<uuid:job_id>/hentikan")
def stop(job_id: UUID) -> Response:
    """Have a job end after its part; one that was faster has ended, and its page says how."""
    service, _ = reading.find(job_id)
    try:
        api().send("POST", f"{reading.address(service)}/{job_id}/stop", key=sent_key())
    except ApiRefused as refused:
        if refused.code != "job_over":
            raise
        flash(refused.detail, "failure")
    else:
        flash(say("jobs.will_stop"), "success")
    return redirect(url_for("jobs.show", job_id=job_id))

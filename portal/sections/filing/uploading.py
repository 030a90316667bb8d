"""The documents of a draft: a permit for the browser, and the receipt of what it sent."""

from typing import Any

from flask import url_for
from werkzeug.exceptions import NotFound

from portal.sections.filing.reading import Draft
from portal.shell import uploads
from portal.shell.api_client import ApiRefused
from portal.shell.forms import Definition
from portal.shell.joining import link
from portal.shell.signed_in import api
from portal.shell.uploads import Place, Upload


def requirement_of(draft: Draft, code: str) -> Definition:
    """Find an open place for a file. Raises `NotFound` when there is none."""
    for requirement in draft.open_requirements():
        if draft.is_open and requirement["upload"] and requirement["code"] == code:
            return requirement
    raise NotFound


def place_of(draft: Draft, requirement: Definition) -> Place:
    """Say what the file of a requirement is meant for."""
    code = requirement["code"]
    return Place(
        name=requirement["name"],
        slot=f"proposal/{draft.id}/{code}",
        max_bytes=requirement["max_bytes"],
        form_page=row(draft, code),
        back=url_for("filing.arrived", proposal_id=draft.id, code=code),
        pictures=link("pictures", draft.id, code),
        hint=" ".join(filter(None, (requirement["description"], requirement["condition"]))),
    )


def attach(draft: Draft, requirement: Definition, upload: Upload) -> None:
    """Hand the receipt of an upload to proposal, once. Raises `ApiRefused`."""
    code = requirement["code"]
    current = draft.documents[code]["current"]
    if current and current.get("document_id") == upload.document.get("id"):
        return  # the answer was lost on its way, or the page was loaded again
    receipt = {"receipt": upload.receipt}
    saved = api().send("PUT", f"{draft.path}/documents/{code}", receipt, etag=draft.etag)
    draft.etag = saved.etag or draft.etag


def mending_page(draft: Draft, code: str, upload: Upload) -> str:
    """Return where a refused file can be mended, or "" where no section offers it."""
    if upload.is_a_picture:
        return link("pictures", draft.id, code, **{uploads.FIELD: upload.id})
    here = url_for("filing.upload", proposal_id=draft.id, code=code)
    return uploads.page_or_none(f"{here}/perbaiki/{upload.id}")


def refusal(draft: Draft, code: str, upload: Upload) -> dict[str, Any]:
    """Say for the script why a file is not there."""
    return uploads.refusal(upload, mending_page(draft, code, upload))


def page(draft: Draft, requirement: Definition, upload: Upload | None = None) -> Any:
    """Show the form that goes to documents, after a file that was not taken with the reason."""
    mend = mending_page(draft, requirement["code"], upload) if upload else ""
    return uploads.page(place_of(draft, requirement), upload, mend)


def page_of_the_refused(draft: Draft, requirement: Definition, refused: ApiRefused) -> Any:
    """Say that proposal did not take what documents did."""
    told = next(iter(refused.errors.values()), "") or refused.detail
    problem = {"code": refused.code, "detail": told}
    return page(draft, requirement, Upload({"id": "", "state": "refused", "problem": problem}))


def row(draft: Draft, code: str) -> str:
    """Return the address of a document's row in the form."""
    return url_for("filing.fill", proposal_id=draft.id) + f"#document-{code}"

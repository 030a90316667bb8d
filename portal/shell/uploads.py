"""Files go from the browser to documents: the portal hands out permits and fetches receipts.

No byte of a file comes through here. What a browser says of an upload is its id and nothing more:
the receipt is asked of documents, as the person, so nobody can put in another's.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import current_app, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from portal.shell.api_client import ApiRefused, ApiUnavailable
from portal.shell.saying import say
from portal.shell.signed_in import api, person

API = "/api/documents/v1"
UPLOADS = f"{API}/uploads"
FORM = f"{UPLOADS}/form"
FIELD = "unggahan"
NOT_BEGUN = "gagal"
# What documents takes at most for any place: a file that is larger than its place allows can be
# made smaller there.
LARGEST = 10_485_760
# How documents refuses a picture where a PDF is wanted.
IS_A_PICTURE = "document_is_a_picture"
# What the edge says of an address that the documents of a release before this one do not have.
_NOT_YET = (404, 405)


@dataclass(frozen=True)
class Place:
    """What a file is meant for: the slot of its permits, the page with it, where to go after.

    `pictures` is the page on which pictures become such a file, if there is one.
    """

    name: str
    slot: str
    max_bytes: int
    form_page: str
    back: str
    hint: str = ""
    pictures: str = ""


@dataclass(frozen=True)
class Upload:
    """A file on its way, or where its way ended."""

    told: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.told["id"])

    @property
    def name(self) -> str:
        """Return the owner's name for it: documents shows every upload as a PDF."""
        name = str(self.told.get("name") or "")
        return name.removesuffix(".pdf") if self.is_a_picture else name

    @property
    def is_a_picture(self) -> bool:
        return bool(self.problem.get("code") == IS_A_PICTURE)

    @property
    def is_stored(self) -> bool:
        return bool(self.told["state"] == "stored")

    @property
    def is_unchecked(self) -> bool:
        """Tell whether every byte is there and nobody has looked at them yet."""
        is_whole = self.told.get("offset") == self.told.get("length")
        return bool(self.told["state"] == "arriving" and is_whole)

    @property
    def document(self) -> Mapping[str, Any]:
        return self.told.get("document") or {}

    @property
    def is_in_quarantine(self) -> bool:
        """Tell whether nobody can open it until it was scanned for malware."""
        return bool(self.document.get("state") == "in_quarantine")

    @property
    def receipt(self) -> str:
        return str(self.told["receipt"])

    @property
    def problem(self) -> Mapping[str, Any]:
        return self.told.get("problem") or {}

    @property
    def why(self) -> str:
        """Say why the file is not there."""
        if self.is_unchecked:
            return say("shell.file_not_checked_yet")
        return str(self.problem.get("detail") or say("shell.file_did_not_arrive"))


def for_script(place: Place) -> dict[str, Any]:
    """Return what the script of a page needs to send a file. Raises `ApiUnavailable`."""
    return {**_permit(place), "uploads": UPLOADS}


def by_form(place: Place) -> dict[str, str]:
    """Return what a form needs to send a file to documents. Raises `ApiUnavailable`."""
    return {"permit": _permit(place, back=place.back)["permit"], "action": FORM}


def page(place: Place, upload: Upload | None = None, mend: str = "") -> Any:
    """Show the form that goes to documents, which sends the browser on to the place's `back`.

    After a file that was not taken, `upload` says why and `mend` where it can be mended.
    Raises `ApiUnavailable`.
    """
    shown = render_template(
        "upload.html",
        place=place,
        permit=_permit(place, back=place.back)["permit"],
        action=FORM,
        field=FIELD,
        upload=upload,
        mend=mend,
    )
    return (shown, HTTPStatus.UNPROCESSABLE_ENTITY) if upload else shown


def upload_of(upload_id: str | None, slot: str) -> Upload:
    """Ask documents what became of an upload. Raises `NotFound` when it is for another slot."""
    told = api().get(f"{UPLOADS}/{_checked(upload_id)}")
    if told["slot"] != slot:
        raise NotFound
    return Upload(told)


def not_begun() -> Upload | None:
    """Return a file that documents did not begin to take, as the page it sent on to is told."""
    code = request.args.get(NOT_BEGUN)
    if code is None:
        return None
    problem = {"code": code, "detail": _why_not_begun(code)}
    return Upload({"id": "", "state": "refused", "problem": problem})


def _why_not_begun(code: str) -> str:
    match code:
        case "permit_expired" | "session_revoked":
            return say("shell.file_not_sent_in_time")
        case "upload_quota_exceeded":
            return say("shell.file_not_sent_quota")
        case "too_many_open_uploads":
            return say("shell.file_not_sent_unfinished")
        case "document_too_large":
            return say("shell.file_not_sent_size")
        case "form_unreadable" | "invalid":
            return say("shell.file_did_not_arrive")
    return say("shell.file_not_sent_busy")


def finish(upload: Upload) -> Upload:
    """Have the bytes that are there looked at. Raises `ApiUnavailable` while all are busy."""
    with suppress(ApiRefused):  # the upload itself tells why
        api().send("POST", f"{UPLOADS}/{upload.id}/finish")
    return upload_of(upload.id, str(upload.told["slot"]))


def refusal(upload: Upload, mend: str = "") -> dict[str, Any]:
    """Say for a script why a file is not there, and where it can be mended."""
    html = render_template("kit/refusal.html", upload=upload, mend=mend)
    return {"code": upload.problem.get("code", "incomplete"), "detail": upload.why, "html": html}


def has_files() -> bool:
    """Tell whether a page of a release before this one sent files to the portal."""
    return any(file.filename for file in request.files.values())


def told_to_old_pages() -> str:
    """Say to such a page what to do; no file came further than here."""
    return say("shell.file_from_an_old_page")


def whose_uploads() -> str:
    """Name the person in what a browser remembers of broken uploads, and nobody to others."""
    return sha256(f"uploads:{person()['id']}".encode()).hexdigest()[:16]


def page_or_none(path: str) -> str:
    """Return `path` when some section of this portal answers it, else ""."""
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return ""
    return path


def _permit(place: Place, **more: str) -> dict[str, Any]:
    """Let this person's browser send one file for a place.

    Documents of a release before this one know no permits: that passes.
    """
    asked = {"slot": place.slot, "max_bytes": place.max_bytes, **more}
    try:
        given: dict[str, Any] = api().send("POST", f"{API}/permits", asked).data
    except ApiRefused as refused:
        if refused.status in _NOT_YET:
            raise ApiUnavailable(f"{API}/permits") from None
        raise
    return given


def _checked(upload_id: str | None) -> str:
    try:
        return str(UUID(upload_id or ""))
    except ValueError:
        raise NotFound from None

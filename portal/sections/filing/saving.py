"""From the form of a draft to the API: fields, then files, each change on the version before it."""

from flask import request
from werkzeug.datastructures import FileStorage

from portal.sections.filing.reading import Draft
from portal.shell.api_client import ApiRefused, Attached
from portal.shell.forms import Definition, by_field, entered
from portal.shell.saying import say
from portal.shell.signed_in import api

PDF = "application/pdf"


def save(draft: Draft, key: str) -> tuple[dict[str, str], list[str]]:
    """Save fields and files; return errors by field and the other ones."""
    errors, others = by_field(save_fields(draft))
    for requirement in draft.open_requirements():
        file = request.files.get(f"document.{requirement['code']}")
        if file is None or not file.filename:
            continue
        try:
            attach(draft, requirement, file, key)
        except ApiRefused as refused:
            if refused.is_stale:
                raise
            errors[f"documents.{requirement['code']}"] = refusal_text(refused)
    if errors or others:
        draft.refresh()
    return errors, others


def save_fields(draft: Draft) -> dict[str, str]:
    """Save the changed values; return errors by pointer, keeping the input.

    The version is the one the form was rendered with: what somebody wrote in another window
    meanwhile is not overwritten unseen.
    """
    given = entered(draft.open_fields(), request.form)
    draft.values |= given
    stored = draft.proposal["fields"]
    changed = {name: value for name, value in given.items() if stored.get(name) != value}
    if not changed:
        return {}
    try:
        saved = api().send("PATCH", draft.path, {"fields": changed}, etag=_rendered(draft))
    except ApiRefused as refused:
        if refused.errors and not refused.is_stale:
            return refused.errors
        raise
    draft.etag = saved.etag or draft.etag
    return {}


def attach(draft: Draft, requirement: Definition, file: FileStorage, key: str) -> None:
    """Store a file with documents and hand its receipt to proposal.

    Raises `ApiRefused` when either says no.
    """
    code = requirement["code"]
    stored = api().upload(
        "/api/documents/v1/documents",
        Attached(file.filename or "dokumen.pdf", PDF, file.stream),  # type: ignore[arg-type]
        {"max_bytes": str(requirement["max_bytes"])},
        key=f"{key}-{code}",
    )
    saved = api().send(
        "PUT",
        f"{draft.path}/documents/{code}",
        {"receipt": stored["receipt"]},
        etag=draft.etag,
    )
    draft.etag = saved.etag or draft.etag


def detach(draft: Draft, code: str) -> None:
    saved = api().send("DELETE", f"{draft.path}/documents/{code}", etag=draft.etag)
    draft.etag = saved.etag or draft.etag


def refusal_text(refused: ApiRefused) -> str:
    """What to write beside the document."""
    first = next(iter(refused.errors.values()), "")
    return first or refused.detail or say("filing.the_file_was_refused")


def _rendered(draft: Draft) -> str | None:
    return request.form.get("etag") or draft.etag

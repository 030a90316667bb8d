"""From the form of a draft to the API, each change on the version before it."""

from flask import request

from portal.sections.filing.reading import Draft, place_of
from portal.shell import uploads
from portal.shell.api_client import ApiRefused
from portal.shell.forms import by_field, entered
from portal.shell.signed_in import api


def save(draft: Draft) -> tuple[dict[str, str], list[str]]:
    """Save the fields; return errors by field and the other ones."""
    errors, others = by_field(save_fields(draft))
    for requirement in draft.open_requirements():
        place = f"document.{requirement['code']}"
        if place in request.files and request.files[place].filename:
            # A page of a release before this one, which sent the files along.
            errors[place.replace(".", "s.", 1)] = uploads.told_to_old_pages()
    if errors or others:
        draft.refresh()
    return errors, others


def save_fields(draft: Draft) -> dict[str, str]:
    """Save the changed values and answers; return errors by pointer, keeping the input.

    The version is the one the form was rendered with: what somebody wrote in another window
    meanwhile is not overwritten unseen.
    """
    given = entered(draft.open_fields(), request.form)
    draft.values |= given
    stored = draft.proposal["fields"]
    changed = {name: value for name, value in given.items() if stored.get(name) != value}
    answers = _answered(draft)
    if not changed and not answers:
        return {}
    body = {"fields": changed, **({"answers": answers} if answers else {})}
    try:
        saved = api().send("PATCH", draft.path, body, etag=_rendered(draft))
    except ApiRefused as refused:
        if refused.errors and not refused.is_stale:
            return _at_their_parts(refused.errors, answers)
        raise
    draft.etag = saved.etag or draft.etag
    return {}


def _answered(draft: Draft) -> list[dict[str, str | None]]:
    """Read the answers that differ from what is stored; an empty one is taken back."""
    given = {
        target: request.form[f"answer.{target}"].strip() or None
        for target in draft.marked
        if f"answer.{target}" in request.form
    }
    draft.answers |= given
    return [
        {"target": target, "text": text}
        for target, text in given.items()
        if draft.marked[target]["answer"] != text
    ]


def _at_their_parts(errors: dict[str, str], answers: list[dict[str, str | None]]) -> dict[str, str]:
    """Put what is wrong with an answer beside the part that it is about."""
    placed = {
        f"/answers/{index}/{member}": "/" + place_of(str(answer["target"])).replace(".", "/")
        for index, answer in enumerate(answers)
        for member in answer
    }
    return {placed.get(pointer, pointer): text for pointer, text in errors.items()}


def detach(draft: Draft, code: str) -> None:
    saved = api().send("DELETE", f"{draft.path}/documents/{code}", etag=draft.etag)
    draft.etag = saved.etag or draft.etag


def _rendered(draft: Draft) -> str | None:
    return request.form.get("etag") or draft.etag

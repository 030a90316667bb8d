from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Flask
from marshmallow import fields
from sqlalchemy import select

from chassis.data.paging import Page, Source, page
from chassis.data.versioned import Seen
from chassis.events.envelope import Event
from chassis.events.inbox import EventData, Hearing, Unprocessable, hear
from chassis.events.outbox import record
from chassis.http.api import Blueprint, Schema, VersionedView
from chassis.http.auth import accept_until_expiry, person, requires
from chassis.http.fields import Prose
from chassis.http.paging import PageArgs, page_schema
from chassis.http.preferences import prefers_minimal
from chassis.http.writing import writes
from chassis.kernel.errors import NotFound
from chassis.process.manifest import Manifest
from chassis.run.app import service_app
from chassis.run.jobs import Jobs
from chassis.run.timers import Handle
from tests.builders.letters.models import Heard, Letter, db

MANIFEST = Manifest(
    name="letters",
    title={"id": "Surat", "en": "Letters"},
    app="tests.builders.letters.app:create_app",
    hears=("note.written.v1",),
    scopes=("letters",),
)
pages = Blueprint("letters", url_prefix="/api/letters/v1")


class LetterIn(Schema):
    text = Prose(200, required=True)


class LetterOut(VersionedView):
    id = fields.UUID(required=True)
    text = fields.String(required=True)


class LetterChanged(VersionedView):
    id = fields.UUID(required=True)


def write(text: str) -> Letter:
    with db.transaction() as session:
        letter = Letter(text=text)
        session.add(letter)
        session.flush()
        tell(letter)
    return letter


def tell(letter: Letter) -> None:
    record(
        Event(
            type="letter.written.v1",
            subject=f"letter/{letter.id}",
            version=letter.version,
            data={"letter_id": str(letter.id), "text": letter.text},
        )
    )


def rewrite(letter_id: UUID, text: str, *, seen: Seen) -> Letter:
    with db.transaction() as session:
        letter = session.get(Letter, letter_id)
        if letter is None:
            raise NotFound
        letter.check_seen(seen)
        letter.change(text=text)
    return letter


@pages.route("/letters", methods=["POST"])
@requires("letters")
@pages.arguments(LetterIn)
@writes()
@pages.response(201, LetterOut)
def create(body: dict[str, Any]) -> Letter:
    """Write a letter."""
    person()
    return write(body["text"])


@pages.route("/letters")
@requires("letters")
@pages.arguments(PageArgs, location="query")
@pages.response(200, page_schema(LetterOut))
def letters(args: dict[str, Any]) -> Page:
    """List letters."""
    return page(db.session(), Source(select(Letter)), by=(Letter.id,), **args)


@pages.route("/letters/<uuid:letter_id>", methods=["PATCH"])
@requires("letters")
@pages.arguments(LetterIn)
@writes(if_match=True, minimal=LetterChanged)
@pages.response(200, LetterOut)
def change(body: dict[str, Any], letter_id: UUID, seen: Seen) -> Letter | dict[str, Any]:
    """Change a letter."""
    letter = rewrite(letter_id, body["text"], seen=seen)
    return {"id": letter.id, "version": letter.version} if prefers_minimal() else letter


class NoteData(EventData):
    text = fields.String(required=True)


def keep_note(event: Event) -> None:
    if event.data["text"] == "poison":
        raise RuntimeError("poisoned")
    if event.data["text"] == "nonsense":
        raise Unprocessable("nonsense")
    with db.transaction() as session:
        session.add(
            Heard(letter_id=event.subject, text=str(event.data["text"]), version=event.version)
        )


def create_app(
    config: Mapping[str, str] | None = None,
    *,
    replay: str = "rebuild",
    blueprints: Sequence[Any] = (),
    jobs: Jobs | None = None,
    at_times: Mapping[str, Handle] | None = None,
) -> Flask:
    reading = hear(keep_note, replay=replay, reads=NoteData())  # type: ignore[arg-type]
    heard: dict[str, Hearing] = {"note.written.v1": reading}
    return service_app(
        MANIFEST,
        __name__,
        db=db,
        revoked_at=accept_until_expiry,
        config=config,
        blueprints=(pages, *blueprints),
        heard=heard,
        jobs=jobs,
        at_times=at_times,
    )

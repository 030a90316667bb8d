"""Reads an upload from the wire straight into a spool: once, hashed on the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, cast
from uuid import UUID

from flask import g

from chassis.http.multipart import form_with_file
from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.api.requests import MadeForm, PermitForm, UploadForm
from services.documents.domain.content_types import content_type_of
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.making import MadeAs
from services.documents.domain.names import shown_name
from services.documents.domain.permits import Permit
from services.documents.domain.refusals import DocumentTooLarge
from services.documents.usecases.receiving import Arrival

_UPLOAD_FORM, _MADE_FORM, _PERMIT_FORM = UploadForm(), MadeForm(), PermitForm()


@contextmanager
def arriving(owner_id: UUID) -> Iterator[Arrival]:
    """Read the request's one file; it is gone after the block.

    Raises `NotMultipart`, `FormUnreadable`, `DocumentTooLarge`, or `Invalid` with pointers.
    """
    with _form() as (form, name, spool):
        yield Arrival(owner_id, shown_name(name), spool, _UPLOAD_FORM.load(form)["max_bytes"])


@contextmanager
def arriving_made(maker: str) -> Iterator[tuple[str, Arrival]]:
    """Read a file that a service made, and its region. Raises what `arriving` raises.

    Only services send workbooks: to a person's upload everything but a PDF is refused.
    """
    with _form() as (form, name, spool):
        said = _MADE_FORM.load(form)
        made_as = MadeAs(maker, said["subject"], said["version"])
        content_type = content_type_of(spool.frame()[0])
        yield (
            said["region"],
            Arrival(
                said["owner_id"],
                shown_name(name, content_type),
                spool,
                MAX_BYTES,
                made_as,
                content_type,
            ),
        )


@contextmanager
def arriving_by_permit() -> Iterator[tuple[str, str | None, Spool]]:
    """Read a permit, and the name and bytes of the file it is for. Raises what `arriving` raises.

    Without a good permit no byte of the file is kept: raises `PermitInvalid` or `PermitExpired`.
    A file with more bytes than any may have is cut, and its size says so. `page_of_the_form` knows
    from then on where the browser came from.
    """
    with _form(_check_permit) as (form, name, spool):
        yield _PERMIT_FORM.load(form)["permit"], name, spool


def _check_permit(form: dict[str, str]) -> None:
    signed = _PERMIT_FORM.load(form)["permit"]
    g.permit_of_form = machinery().permits.read_old(signed)
    machinery().permits.read(signed)


def page_of_the_form(code: str) -> str | None:
    """Name the page a refused form came from, with why; None if no permit of ours named one."""
    permit: Permit | None = g.get("permit_of_form")
    return permit.way_back_refused(code) if permit and permit.back else None


@contextmanager
def _form(
    check: Callable[[dict[str, str]], None] | None = None,
) -> Iterator[tuple[dict[str, str], str | None, Spool]]:
    too_large = DocumentTooLarge(max_bytes=MAX_BYTES)
    with form_with_file(
        max_bytes=MAX_BYTES, too_large=too_large, new_stream=_spool, check=check
    ) as read:
        form, part = read
        yield form, part.filename, cast(Spool, part.stream)


def _spool() -> IO[bytes]:
    return cast(IO[bytes], Spool())

"""What clients send, one schema per purpose; unknown members are refused."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from chassis.http.api import Schema
from chassis.http.fields import Code, Exact, Line, Words
from chassis.http.paging import PageArgs
from chassis.http.values import Whole
from services.documents.domain.limits import MAX_BYTES, MAX_GRANT_MINUTES, MOST_VERSIONS
from services.documents.domain.mends import MENDS
from services.documents.domain.permits import BACK, LONGEST_BACK, LONGEST_SLOT, SLOT
from services.documents.domain.pictures import MOST_SAID, TURNS


class UploadForm(Schema):
    """The form fields beside the file."""

    max_bytes = fields.Integer(
        load_default=MAX_BYTES, validate=validate.Range(min=1, max=MAX_BYTES)
    )


class PermitForm(Schema):
    """The form field beside the file that a browser without scripts sends."""

    permit = Exact(required=True)


class MadeKey(Schema):
    """Which file of the asking service."""

    region = Code(r"[a-z][a-z0-9-]{1,15}$", required=True)
    subject = Code(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,159}$", required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1, max=MOST_VERSIONS))


class MadeForm(MadeKey):
    """The form fields beside a file that a service made."""

    owner_id = fields.UUID(required=True, data_key="owner")


class DocumentFilter(PageArgs):
    """Which of one's own documents."""

    q = Words(load_default="")
    category = Exact(load_default="", validate=validate.Length(max=60))


class NewGrant(Schema):
    """Who may open what, why and for how long."""

    document_id = fields.UUID(required=True)
    viewer_id = fields.UUID(required=True, data_key="viewer")
    purpose = Line(120, required=True)
    minutes = Whole(load_default=5, validate=validate.Range(min=1, max=MAX_GRANT_MINUTES))


class NewPermit(Schema):
    """What is to be sent: for which place of which service, and where the browser goes after."""

    slot = Code(SLOT, required=True)
    max_bytes = Whole(load_default=MAX_BYTES, validate=validate.Range(min=1, max=MAX_BYTES))
    back = Code(BACK, load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def _short(self, said: dict[str, Any], **_context: Any) -> None:
        for name, longest in (("slot", LONGEST_SLOT), ("back", LONGEST_BACK)):
            if len(said.get(name) or "") > longest:
                raise ValidationError(f"Longer than maximum length {longest}.", name)


_NUMBER = r"(0|[1-9][0-9]{0,8})$"
_METADATA = r"[A-Za-z0-9_-]+( [A-Za-z0-9+/=]*)?(, ?[A-Za-z0-9_-]+( [A-Za-z0-9+/=]*)?)*$"


class TusHeaders(Schema):
    """What every request of the protocol says."""

    version = Exact(data_key="Tus-Resumable", required=True)


class NewUploadHeaders(TusHeaders):
    """How long the file will be and what it is called (tus: creation)."""

    length = Code(_NUMBER, data_key="Upload-Length", required=True)
    metadata = Code(_METADATA, data_key="Upload-Metadata", load_default=None)


class MendOrder(Schema):
    """Which of the mends that were offered."""

    how = Exact(required=True, validate=validate.OneOf(MENDS))


class PictureOrder(Schema):
    """Which picture stands on a page, and by how many degrees it is turned clockwise."""

    upload = fields.UUID(required=True)
    rotate = Whole(load_default=0, validate=validate.OneOf(TURNS))


class PicturesOrder(Schema):
    """The pages of a PDF in their order, and what it is to be called."""

    pages = fields.List(
        fields.Nested(PictureOrder), required=True, validate=validate.Length(min=1, max=MOST_SAID)
    )
    name = Line(120, load_default=None)


class PieceHeaders(TusHeaders):
    """Where in the file a piece begins."""

    offset = Code(_NUMBER, data_key="Upload-Offset", required=True)

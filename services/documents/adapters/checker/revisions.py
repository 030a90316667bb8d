"""What an incremental update replaced: older revisions of a file still lie in it."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pikepdf import Object, PasswordError, Pdf, PdfError

from services.documents.adapters.checker.opening import tables_in
from services.documents.adapters.checker.verdict import Unsuitable
from services.documents.domain.limits import InspectionLimits

# The first part of a linearised file ends so too, with a place of 0.
_END = re.compile(rb"startxref\s+0*[1-9]\d*\b")
_WITH_AN_UPDATE = 2


def replaced_in(
    content: bytes, newest: Pdf, limits: InspectionLimits
) -> Iterator[tuple[Pdf, list[Object]]]:
    """Give each older revision with the objects that the next newer one has otherwise.

    An older revision that cannot be opened cannot be shown. Raises `Unsuitable` for too many
    and for one that has a password.
    """
    if tables_in(content) < _WITH_AN_UPDATE:
        return
    ends = [found.end() for found in _END.finditer(content)][:-1]
    if len(ends) > limits.revisions:
        raise Unsuitable("document_too_complex")
    newer = _places(newest) if ends else {}
    for end in reversed(ends):
        try:
            older = Pdf.open(
                BytesIO(content[:end]), attempt_recovery=False, inherit_page_attributes=False
            )
        except PasswordError:
            raise Unsuitable("document_encrypted") from None
        except PdfError:
            continue
        places = _places(older)
        changed = [number for number, place in places.items() if newer.get(number) != place]
        yield (
            older,
            [held for number in changed if isinstance(held := older.get_object(number), Object)],
        )
        newer = places


def _places(pdf: Pdf) -> dict[Any, tuple[Any, ...]]:
    return {
        number: (entry.type, entry.offset, entry.obj_stream_number, entry.obj_stream_index)
        for number, entry in pdf.get_xref_table().items()
    }

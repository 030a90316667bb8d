"""A refused file, and what was made of it: both are uploads of one slot."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.exceptions import NotFound

from portal.shell import uploads
from portal.shell.signed_in import api
from portal.shell.uploads import UPLOADS, Upload

_MOST_SHOWN = 2


@dataclass(frozen=True)
class Mending:
    """The place a file is meant for, the file as it came, and what was made of it, if anything."""

    proposal_id: UUID
    code: str
    original: Upload
    made: Upload | None = None

    def address(self, page: str, **query: str) -> str:
        """Return the address of a page about this file."""
        place = {"proposal_id": self.proposal_id, "code": self.code, "upload_id": self.original.id}
        values: dict[str, Any] = {**place, **query}
        return url_for(page, **values)

    @property
    def changes(self) -> Any:
        return self.made.told["changes"] if self.made else {}

    @property
    def pages(self) -> list[int]:
        """Return which pages are worth looking at: the first, and the one that changed most."""
        strongest = self.changes["changed_pages"] or [self.changes["pages"]]
        return sorted({1, strongest[0]})[:_MOST_SHOWN]


def mending(proposal_id: UUID, code: str, upload_id: UUID, made_id: str | None = None) -> Mending:
    """Ask documents for a refused file, and for what was made of it.

    Raises `NotFound` when they are not for this place, or not one made of the other.
    """
    slot = f"proposal/{proposal_id}/{code}"
    original = uploads.upload_of(str(upload_id), slot)
    made = uploads.upload_of(made_id, slot) if made_id else None
    if made and made.told["made_from"] != original.id:
        raise NotFound
    return Mending(proposal_id, code, original, made)


def ask_for(mending: Mending, how: str) -> str:
    """Have the file mended; return the id of what was made of it. Raises `ApiRefused`."""
    made = api().send("POST", f"{UPLOADS}/{mending.original.id}/mended", {"how": how})
    return str(made.data["id"])

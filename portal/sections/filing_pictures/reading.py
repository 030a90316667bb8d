"""The place that pictures are for, the pictures as documents knows them, what is made of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.exceptions import NotFound

from portal.sections.filing_pictures.choice import Choice, Chosen
from portal.shell.api_client import ApiRefused
from portal.shell.cases import load_proposal
from portal.shell.joining import link
from portal.shell.signed_in import api
from portal.shell.uploads import UPLOADS, Place, Upload, upload_of

CHOSEN, MADE = "foto", "hasil"
_OPEN_STAGES = ("draft", "revision")


@dataclass(frozen=True)
class Picture:
    """A chosen picture and its upload."""

    chosen: Chosen
    upload: Upload

    @property
    def name(self) -> str:
        """Its owner's name for it: documents shows every upload as a PDF."""
        return self.upload.name.removesuffix(".pdf")

    @property
    def size(self) -> int:
        return int(self.upload.told["length"])


@dataclass(frozen=True)
class Pictures:
    """Everything on the page. `others` are uploads that are no pictures, which say why."""

    proposal_id: UUID
    code: str
    requirement: dict[str, Any]
    choice: Choice
    pictures: list[Picture]
    others: list[Upload]
    made: Upload | None = None

    @property
    def form_page(self) -> str:
        return f"{link('draft', self.proposal_id)}#document-{self.code}"

    @property
    def place(self) -> Place:
        """Say what pictures are sent for; a browser without scripts comes back with one more."""
        return Place(
            name=self.requirement["name"],
            slot=_slot(self.proposal_id, self.code),
            max_bytes=self.requirement["max_bytes"],
            form_page=self.form_page,
            back=self.address(self.choice),
        )

    def address(self, choice: Choice, page: str = "page", **query: str) -> str:
        """Return the address of a page about another choice of the same place."""
        values: dict[str, Any] = {"proposal_id": self.proposal_id, "code": self.code, **query}
        if choice.pictures:
            values[CHOSEN] = choice.said()
        return url_for(f"filing_pictures.{page}", **values)


def requirement_of(proposal_id: UUID, code: str) -> dict[str, Any]:
    """Find a place for a file that is open now. Raises `NotFound` when there is none."""
    proposal = load_proposal(str(proposal_id)).data
    if proposal["stage"] in _OPEN_STAGES and code in proposal["opened"]["documents"]:
        for requirement in proposal["definition"]["requirements"]:
            if requirement["upload"] and requirement["code"] == code:
                return dict(requirement)
    raise NotFound


def pictures(proposal_id: UUID, code: str, choice: Choice, made_id: str | None = None) -> Pictures:
    """Read the page. Raises `NotFound` for what is not the person's, or not for this place."""
    requirement, slot = requirement_of(proposal_id, code), _slot(proposal_id, code)
    read = [Picture(chosen, upload_of(str(chosen.upload_id), slot)) for chosen in choice.pictures]
    fit = [picture for picture in read if _is_picture(picture.upload)]
    return Pictures(
        proposal_id,
        code,
        requirement,
        Choice(tuple(picture.chosen for picture in fit)),
        fit,
        [picture.upload for picture in read if picture not in fit],
        upload_of(made_id, slot) if made_id else None,
    )


def combine(page: Pictures) -> str:
    """Have a PDF made of the pictures; return its upload's id. Raises `ApiRefused`."""
    order = [
        {"upload": str(picture.upload_id), "rotate": picture.rotate}
        for picture in page.choice.pictures
    ]
    if not order:
        raise NotFound
    body = {"pages": order, "name": page.requirement["name"][:100]}
    return str(api().send("POST", f"{UPLOADS}/combine", body).data["id"])


def why_not(refused: ApiRefused) -> str:
    """Say why no PDF was made."""
    return next(iter(refused.errors.values()), "") or refused.detail


def _is_picture(upload: Upload) -> bool:
    """Tell whether an upload is complete and not known to be something else."""
    return upload.is_unchecked or upload.is_a_picture


def _slot(proposal_id: UUID, code: str) -> str:
    return f"proposal/{proposal_id}/{code}"

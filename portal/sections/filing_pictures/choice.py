"""The pictures that somebody chose, in their order: kept in the page's address, nowhere else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from werkzeug.exceptions import NotFound

# As many as the way back of a permit has room for; scripts send more without it.
MOST_WITHOUT_SCRIPTS = 10
_MOST = 40
_QUARTERS = 4


@dataclass(frozen=True)
class Chosen:
    """One picture: its upload, and by how many quarters it is turned clockwise."""

    upload_id: UUID
    quarters: int = 0

    @property
    def rotate(self) -> int:
        return 90 * self.quarters

    def turned(self) -> "Chosen":
        return replace(self, quarters=(self.quarters + 1) % _QUARTERS)

    def said(self) -> str:
        short = urlsafe_b64encode(self.upload_id.bytes).rstrip(b"=").decode()
        return f"{short}.{self.quarters}"

    @classmethod
    def read(cls, said: str) -> Self:
        short, _, quarters = said.partition(".")
        if quarters not in ("0", "1", "2", "3"):
            raise ValueError(said)
        return cls(UUID(bytes=urlsafe_b64decode(f"{short}==")), int(quarters))


@dataclass(frozen=True)
class Choice:
    """Pictures in their order. Every change is another choice, so each has an address."""

    pictures: tuple[Chosen, ...] = ()

    @classmethod
    def read(cls, said: str | None) -> Self:
        """Read what `said` wrote. Raises `NotFound` for anything else."""
        parts = [part for part in (said or "").split(",") if part]
        try:
            return cls(tuple(map(Chosen.read, parts[:_MOST])))
        except ValueError:
            raise NotFound from None

    def said(self) -> str:
        return ",".join(picture.said() for picture in self.pictures)

    def with_one(self, upload_id: UUID) -> "Choice":
        """Add a picture at the end, once."""
        if upload_id in {picture.upload_id for picture in self.pictures}:
            return self
        return Choice((*self.pictures, Chosen(upload_id)))

    def without(self, place: int) -> "Choice":
        return Choice((*self.pictures[:place], *self.pictures[place + 1 :]))

    def earlier(self, place: int) -> "Choice":
        """Move a picture one place to the front; the first one stays."""
        if not place:
            return self
        order = list(self.pictures)
        order[place - 1 : place + 1] = order[place], order[place - 1]
        return Choice(tuple(order))

    def turned(self, place: int) -> "Choice":
        order = list(self.pictures)
        order[place] = order[place].turned()
        return Choice(tuple(order))

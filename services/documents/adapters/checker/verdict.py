"""What an inspection found."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from services.documents.domain.places import Place


class Unsuitable(Exception):
    """The file must be refused. `code` is the refusal's, `features` the active content found.

    `at` is the object that it was found in, if one is to blame.
    """

    def __init__(
        self, code: str, features: tuple[str, ...] = (), at: tuple[int, int] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.features = features
        self.at = at
        self.places: tuple[Place, ...] = ()


@contextmanager
def blaming(at: tuple[int, int]) -> Iterator[None]:
    """Say of what is found meanwhile that it is in this object, unless it says better."""
    try:
        yield
    except Unsuitable as found:
        found.at = found.at or at
        raise


@dataclass(frozen=True)
class Verdict:
    """The child's answer. `code` is empty when the file is fine."""

    code: str = ""
    features: tuple[str, ...] = field(default=())
    pages: int = 0
    signed: bool = False
    places: tuple[Place, ...] = ()

    def said(self) -> Mapping[str, Any]:
        """Say it in what goes into JSON."""
        return asdict(self)

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        features, places = tuple(said.get("features", ())), said.get("places", ())
        return cls(
            **{**said, "features": features, "places": tuple(Place(**place) for place in places)}
        )

"""What an inspection found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


class Unsuitable(Exception):
    """The file must be refused. `code` is the refusal's, `features` the active content found."""

    def __init__(self, code: str, features: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.features = features


@dataclass(frozen=True)
class Verdict:
    """The child's answer. `code` is empty when the file is fine."""

    code: str = ""
    features: tuple[str, ...] = field(default=())
    pages: int = 0
    signed: bool = False

    def said(self) -> Mapping[str, Any]:
        """Say it in what goes into JSON."""
        return asdict(self)

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        return cls(**{**said, "features": tuple(said.get("features", ()))})

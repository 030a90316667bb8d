"""What an inspection found, and how it travels from the child to the web process."""

import json
from dataclasses import dataclass, field


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

    def line(self) -> bytes:
        return json.dumps(self.__dict__).encode() + b"\n"


@dataclass(frozen=True)
class Usage:
    """What the inspection cost, said by the parent after the child ended. Always the last line."""

    ended: str
    peak_kib: int
    cpu_seconds: float

    def line(self) -> bytes:
        return json.dumps(self.__dict__).encode() + b"\n"


def read_answer(answer: bytes) -> tuple[Verdict, Usage] | None:
    """Read a whole answer, or return None when its last line is missing."""
    lines = answer.split(b"\n")
    if lines[-1] or len(lines) < 2:
        return None
    *verdicts, usage = (json.loads(line) for line in lines[:-1])
    if "ended" not in usage:
        return None
    verdict = verdicts[0] if verdicts and usage["ended"] == "normally" else _NOT_ENDED
    return Verdict(**{**verdict, "features": tuple(verdict["features"])}), Usage(**usage)


_NOT_ENDED = {"code": "document_too_complex", "features": ()}

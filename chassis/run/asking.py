"""Background work that needs an answer from outside: a peer's, or that of a long computation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

W = TypeVar("W")
R = TypeVar("R")


@dataclass(frozen=True)
class Asking(Generic[W, R]):
    """What a timer or a part of a job does in two steps.

    `ask` is called in no transaction and may be called again after a crash, so what it does must
    be the same twice. `keep` gets its answer in the transaction in which the work is done.
    """

    ask: Callable[[W], Any]
    keep: Callable[[W, Any], R]


def answered(work: Callable[[W], R] | Asking[W, R], of: W) -> Callable[[W], R]:
    """Ask what is to be asked outside; return what is left to do in the transaction."""
    if not isinstance(work, Asking):
        return work
    asking, answer = work, work.ask(of)
    return lambda of: asking.keep(of, answer)

"""The questions with which each request of a person begins, asked by one statement.

Whether the session was ended, since when older tokens are void, the region's stamp: each is a value
of its own that somebody wants later. One way to the database answers them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from chassis.data.reading import AnySelect, Reading
from chassis.process import regions

if TYPE_CHECKING:
    from chassis.data.db import Database

ENDED = "ended_at"  # of the session that a token names
_TOLD = "told"


@dataclass(frozen=True)
class _Told:
    region: str | None
    values: Mapping[str, Any]
    row: Any


class Opening:
    """A service's opening questions, each for one value.

    Add them while the service is put together.
    """

    def __init__(self, db: "Database") -> None:
        self._db = db
        self._questions: dict[str, AnySelect] = {}
        self._apart: dict[str, Reading] = {}

    def add(self, name: str, question: AnySelect) -> None:
        """Have one more question asked; the values it needs are those of the request.

        Several apps of a process share a database's questions, so the first of a name stays.
        """
        if name not in self._questions:
            self._questions[name] = question.limit(1)
            self._apart[name] = Reading(question)
            self.__dict__.pop("_together", None)

    def ask(self, **values: Any) -> None:
        """Ask all of them for this request: until it changes something, or is over."""
        session = self._db.session()
        row = self._together.first(session, **values)
        session.info[_TOLD] = _Told(regions.bound(), values, row)

    def told(self, name: str, /, **values: Any) -> Any:
        """Return the value: what the request was told, or else asked now.

        Inside a transaction it is always asked, because its changes may be what is asked for.
        """
        session = self._db.session()
        told: _Told | None = session.info.get(_TOLD)
        if told is None or session.info.get("open") or not _is_of(told, values):
            return self._apart[name].value(session, **values)
        return getattr(told.row, name)

    def forget(self) -> None:
        """Ask anew from here on."""
        self._db.session().info.pop(_TOLD, None)

    @cached_property
    def _together(self) -> Reading:
        questions = self._questions.items()
        return Reading(select(*(asked.scalar_subquery().label(name) for name, asked in questions)))


def _is_of(told: _Told, values: Mapping[str, Any]) -> bool:
    return told.region == regions.bound() and values.items() <= told.values.items()

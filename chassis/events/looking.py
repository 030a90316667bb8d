"""Who looks at very many rows one by one is noted: in every service, without code of its own.

A row is looked at where a person is answered a GET of one: an address with an id in it.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from flask import Response, request

from chassis.events.refusals import Refusal, Refusals
from chassis.events.security import Kind
from chassis.http.auth import asking
from chassis.process.clock import now

ROWS = 100
WITHIN = timedelta(minutes=10)
MOST_PEOPLE = 500


@dataclass
class _Looked:
    """Marks of the different rows that one person was shown since an instant."""

    since: datetime
    rows: set[int] = field(default_factory=set)


@dataclass
class Looking:
    """The rows that people look at, of one service in one process."""

    counted: Refusals
    _people: OrderedDict[UUID, _Looked] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def observe(self, response: Response) -> Response:
        """Count the row that was shown; for Flask's `after_request`."""
        who, ids = asking(), request.view_args
        is_row = ids and request.method == "GET" and response.status_code == 200
        if is_row and who is not None and who.person_id is not None and ids is not None:
            row = hash(str(next(iter(ids.values()))))  # parts of one case are one row
            if amount := self._seen(who.person_id, row):
                found = Refusal(
                    Kind.BULK_VIEW, "many_rows", who.region, who.person_id, who.client_id
                )
                self.counted.count(found, amount)
        return response

    def _seen(self, person_id: UUID, row: int) -> int:
        """Return how many rows were looked at when they become too many, else nothing."""
        instant = now()
        with self._lock:
            looked = self._people.get(person_id)
            if looked is None or instant - looked.since > WITHIN:
                looked = self._people[person_id] = _Looked(instant)
            self._people.move_to_end(person_id)
            if len(self._people) > MOST_PEOPLE:
                self._people.popitem(last=False)
            looked.rows.add(row)
            if len(looked.rows) < ROWS:
                return 0
            del self._people[person_id]
        return ROWS

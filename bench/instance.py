"""One instance of documents for a measurement, served as `./simpul serve` does.

It takes the tokens of the measurement, and counts no callers: eight ask as often as they can.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from chassis.http import auth
from chassis.http.keys import KeySet
from chassis.process import runtime
from ops.arrival import Limits
from ops.serving import Server, listen
from services.documents.app import create_app


class Instance:
    """What the server asks of a service."""

    def __init__(self, settings: dict[str, str], jwks: str) -> None:
        self._settings, self._jwks = settings, jwks

    def build(self) -> Callable[..., Any]:
        app = create_app(self._settings)
        here = runtime.of(app)
        here.keys = KeySet("bench", lambda: self._jwks, here.db)
        return app

    def limits(self) -> Limits:
        return Limits()

    def started(self) -> None: ...

    def stop(self) -> None: ...


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    auth.__dict__["_count"] = lambda _runtime, _who: None
    Server(listen("127.0.0.1", told["port"]), Instance(told["settings"], told["jwks"])).run()

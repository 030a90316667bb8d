"""One process of a measured system: `python -m bench.process serve proposal …`.

The same as `python -m ops serve …`, with three differences. What it does is counted (`tally`).
Nobody is refused for asking often: a bench is few callers who ask as fast as they can; how often
somebody asks is still counted, as that costs something. And a key of the bench signs tokens beside
identity's, so that hundreds of invented people need not sign in first.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from joserfc.jwk import KeySet as JoseKeySet
from sqlalchemy import Engine, event

from bench.tally import CALLS, FOLDER, Tally
from chassis.events.bus.amqp import RabbitBus
from chassis.http import keys
from chassis.process.buckets import LeakyBuckets, Limit
from gateway import nginx
from portal.shell.api_client import ApiClient

KEY = "BENCH_KEY"  # the setting with the bench's public key, as a key set
NO_LIMIT = Limit(rate=1e6, burst=1_000_000)
_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "NOTIFY")
_WROTE = "bench.wrote"


def lift_limits() -> None:
    """Let one caller, and one address, ask as often as it can."""
    wait = LeakyBuckets.wait

    def counted(buckets: LeakyBuckets, _limit: Limit, *names: str) -> int:
        return wait(buckets, NO_LIMIT, *names)

    LeakyBuckets.wait = counted
    nginx.__dict__["limit_of_an_address"] = lambda _route: NO_LIMIT


def trust(key_set: str) -> None:
    """Take tokens that the bench signed, wherever identity's are taken."""
    imported, ours = keys.__dict__["_imported"], JoseKeySet.import_key_set(json.loads(key_set))

    def with_ours(body: str) -> JoseKeySet:
        return JoseKeySet([*imported(body).keys, *ours.keys])

    keys.__dict__["_imported"] = with_ours


def count(tally: Tally) -> None:
    """Count what this process asks of its database and of the broker."""
    _count_requests(tally)
    _count_statements(tally)
    _count_confirms(tally)
    _note_calls(tally.folder / CALLS)


def _count_requests(tally: Tally) -> None:
    answer = Flask.__call__

    def counted(app: Flask, environ: Any, start_response: Any) -> Any:
        return tally.asked(answer, app, environ, start_response)

    Flask.__call__ = counted


def _count_statements(tally: Tally) -> None:
    @event.listens_for(Engine, "before_cursor_execute")
    def _statement(connection: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        tally.note("statements")
        if sql.lstrip()[:6].upper().startswith(_WRITES):
            connection.info[_WROTE] = True

    @event.listens_for(Engine, "commit")
    def _commit(connection: Any) -> None:
        if connection.info.pop(_WROTE, False):  # one that only read waits for no disk
            tally.note("commits")

    @event.listens_for(Engine, "rollback")
    def _rollback(connection: Any) -> None:
        connection.info.pop(_WROTE, None)


def _count_confirms(tally: Tally) -> None:
    publish = RabbitBus.publish

    def counted(bus: RabbitBus, *given: Any) -> Any:
        told = publish(bus, *given)
        tally.add("confirms")
        return told

    RabbitBus.publish = counted


def _note_calls(file: Path) -> None:
    """Write down what a page asks of the API, while somebody wants to know."""
    call = ApiClient._call  # noqa: SLF001 - every call of the portal goes through it

    def noted(client: ApiClient, method: str, path: str, *more: Any) -> Any:
        if file.exists():
            with file.open("a") as lines:
                lines.write(f"{method} {path}\n")
        return call(client, method, path, *more)

    ApiClient._call = noted  # noqa: SLF001


def main() -> int:
    lift_limits()
    if key_set := os.environ.get(KEY):
        trust(key_set)
    if folder := os.environ.get(FOLDER):
        count(Tally(Path(folder)))
    from ops.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

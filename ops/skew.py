"""Says where a database has the schema of a later release than this code knows.

The code runs on it all the same: nothing a release stops using is removed in that release, which
is how services are upgraded one by one and taken back. But whoever did not mean it is to know.
"""

from collections.abc import Iterable, Iterator

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from chassis.data.revisions import Schema, schema_of
from chassis.process import runtime as runtimes
from chassis.process.telemetry import log
from ops.speech import choose, complain


def later_schemas(apps: Iterable[Flask]) -> Iterator[tuple[str, Schema]]:
    """Yield the services whose database a later release has changed."""
    for app in apps:
        runtime = runtimes.of(app)
        with app.app_context():
            schema = schema_of(runtime.db.engine, runtime.folder)
        if schema.is_later:
            yield runtime.name, schema


def warn(apps: Iterable[Flask]) -> None:
    """Tell who starts a system or migrates a database."""
    for service, schema in later_schemas(apps):
        complain(said(service, schema))


def log_later(app: Flask) -> None:
    """Log it for a process that nobody watches start; a database that is away says nothing."""
    try:
        for service, schema in later_schemas([app]):
            told = {"service": service, "revision": schema.database, "known": schema.code}
            log.warning("schema_of_a_later_release", **told)
    except SQLAlchemyError as error:
        log.warning("schema_not_compared", service=app.name, error=type(error).__name__)


def said(service: str, schema: Schema) -> str:
    return choose(
        f"skema basis data {service} ({schema.database}) lebih baru daripada yang dikenal kode "
        f"ini ({schema.code}); pakailah rilis yang membuatnya",
        f"the schema of {service}'s database ({schema.database}) is later than what this code "
        f"knows ({schema.code}); use the release that made it",
    )

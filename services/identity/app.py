"""Composition root of identity."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import Flask

from chassis.http.auth import asking, check_strength
from chassis.process.runtime import of
from chassis.run import import_routes
from chassis.run.app import service_app
from chassis.run.import_work import job_kinds
from chassis.run.jobs import Jobs
from chassis.run.worker import Loop
from services.identity import queries
from services.identity.adapters import machinery
from services.identity.api import (
    contacts,
    delegations,
    employees,
    me,
    oauth,
    oauth_server,
    recoveries,
    regions,
    roles,
    security,
    units,
)
from services.identity.api.access import administrators_only
from services.identity.api.import_kinds import KINDS
from services.identity.manifest import MANIFEST
from services.identity.models import EMPLOYEE_WORDS, Job, db
from services.identity.pages import account, recovering, recovery, sign_in
from services.identity.queries.me import sessions_revoked_at
from services.identity.subscriptions import HEARD
from services.identity.usecases import forgotten
from services.identity.usecases.importing import importing
from services.identity.usecases.leaving import end_what_is_left
from services.identity.usecases.security_events import forget_old
from services.identity.usecases.signing_keys import keep_keys
from services.identity.usecases.tidying import tidy

IMPORTING = importing(KINDS)
JOBS = Jobs(db, Job, job_kinds(IMPORTING))
IMPORTS = import_routes.blueprint("identity", "identity", IMPORTING, JOBS, administrators_only)


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    return service_app(
        MANIFEST,
        __name__,
        db=db,
        config=config,
        blueprints=(
            me.blp,
            contacts.blp,
            employees.blp,
            units.blp,
            roles.blp,
            delegations.blp,
            recoveries.blp,
            regions.blp,
            security.blp,
            IMPORTS,
            oauth.blp,
            sign_in.blp,
            account.blp,
            recovery.blp,
            recovering.blp,
        ),
        heard=HEARD,
        jobs=JOBS,
        loops=(
            Loop("signing_keys", keep_keys, every=3600.0),
            Loop("tidying_sign_ins", tidy, every=3600.0, drained=False),
            Loop(forgotten.LOOP, forgotten.open_asked, due=forgotten.seconds_until_asked),
            Loop("ending_offices", end_what_is_left, every=3600.0, drained=False),
            Loop("tidying_imports", IMPORTING.forget_old, every=3600.0, drained=False),
            Loop("tidying_security_events", forget_old, every=3600.0, drained=False),
            Loop("employee_words", EMPLOYEE_WORDS.catch_up, every=600.0),
        ),
        revoked_at=_revoked_at,
        on_create=(_install,),
        template_folder="pages/templates",
    )


def _install(app: Flask) -> None:
    machinery.install(app, of(app))
    oauth_server.install(app)


def _revoked_at(person_id: UUID) -> datetime | None:
    if (who := asking()) is not None:
        check_strength(who, lambda: queries.roles_exercised(person_id))
    return sessions_revoked_at(person_id)

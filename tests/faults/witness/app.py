from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import Flask

from chassis.events.envelope import Event
from chassis.events.inbox import EventData, hear
from chassis.http.auth import accept_until_expiry
from chassis.process.clock import now
from chassis.run.app import service_app
from chassis.run.jobs import Job, JobKind, Jobs, Part
from chassis.run.timers import Timer, set_timer
from tests.faults.witness.manifest import MANIFEST
from tests.faults.witness.models import Effect, Ring, Step, WitnessJob, db

RING = "witness.ring"
AFTER = timedelta(seconds=2)
WALK, STEPS, ONE_IN = "witness.walk", 3, 8


def see(event: Event) -> None:
    with db.transaction() as session:
        session.add(Effect(event_id=event.id, subject=event.subject, version=event.version))
        set_timer(RING, str(event.id), now() + AFTER)
        if event.id.int % ONE_IN == 0:
            JOBS.begin(WALK, owner_id=event.id, arguments={})


def ring(timer: Timer) -> None:
    with db.transaction() as session:
        session.add(Ring(event_id=UUID(timer.subject)))


def walk(job: Job) -> Part:
    number = job.done + 1
    with db.transaction() as session:
        session.add(Step(job_id=job.id, number=number))
    return Part(1, {"after": number} if number < STEPS else None)


JOBS = Jobs(db, WitnessJob, {WALK: JobKind(WALK, {"id": "Langkah", "en": "Steps"}, walk)})


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    reads_nothing = EventData()
    heard = {kind: hear(see, replay="rebuild", reads=reads_nothing) for kind in MANIFEST.hears}
    return service_app(
        MANIFEST,
        __name__,
        db=db,
        revoked_at=accept_until_expiry,
        config=config,
        heard=heard,
        at_times={RING: ring},
        jobs=JOBS,
    )

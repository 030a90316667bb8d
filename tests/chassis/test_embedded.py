"""The embedded form's own promises."""

import json
import stat
from datetime import timedelta

from chassis.data import leases
from chassis.process import runtime as runtimes
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.run import embedded

URL = "http://127.0.0.1:1"
CHEAP = {"PASSWORD_MEMORY_KIB": "1024"}


def built(folder):
    return embedded.build(folder, public_url=URL, demo=False, extra=CHEAP)


def test_secrets_are_made_once_and_readable_by_the_owner_only(tmp_path):
    first, again = built(tmp_path), built(tmp_path)
    path = tmp_path / "secrets.json"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.settings["SECRET_KEY"] == again.settings["SECRET_KEY"]
    assert len(set(json.loads(path.read_text()).values())) >= 6
    first.close()
    again.close()


def test_what_a_killed_process_had_in_hand_is_free_at_the_next_start(tmp_path):
    killed = built(tmp_path)
    runtime = runtimes.of(killed.apps["proposal"])
    with killed.apps["proposal"].app_context():
        assert leases.take(runtime.db, "relay", "killed") is not None
        with runtime.db.transaction() as session:
            session.execute(
                runtime.db.plumbing.inbox.insert().values(
                    event_id=uuid7(),
                    source="identity",
                    subject="unit/1",
                    position=1,
                    type="unit.changed.v1",
                    region="demo",
                    body="{}",
                    status="pending",
                    received_at=now(),
                    due_at=now(),
                    claimed_by="killed",
                    claimed_until=now() + timedelta(minutes=1),
                )
            )
    killed.close()

    started = built(tmp_path)
    runtime = runtimes.of(started.apps["proposal"])
    with started.apps["proposal"].app_context():
        row = runtime.db.session.execute(runtime.db.plumbing.inbox.select()).one()
        assert row.claimed_by is None
        assert leases.take(runtime.db, "relay", "started") is not None
    started.close()

"""A sender process of its own: `python -m tests.notification.one_sender FOLDER SMTP_URL MINUTES…`.

Sends what is due each number of MINUTES from now by mail, then ends. People's addresses come from a stand-in for
identity; everything else is the service itself.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from chassis.process import runtime as runtimes
from services.notification.app import create_app
from tests.builders.service import settings_for
from tests.notification.desk import PEOPLE, Identity


def main(folder: str, url: str, *minutes: str) -> None:
    app = create_app(settings_for("notification", Path(folder), MAIL_URL=url, MAIL_FROM="a@b.test"))
    runtime = runtimes.of(app)
    runtime.peers = identity = Identity()
    for person in PEOPLE:
        identity.set(person, email="orang@disdik.example")
    [sender] = [loop for loop in runtime.loops if loop.name == "email-1"]
    for ahead in minutes:
        moment = datetime.now(UTC) + timedelta(minutes=int(ahead))
        with time_machine.travel(moment), app.app_context():
            while sender.run():
                pass


if __name__ == "__main__":
    main(*sys.argv[1:])

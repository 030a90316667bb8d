"""Prints whom a release's own rules tell of events: run with that release's code, not with ours.

`PYTHONPATH=<its folder> python -P release_notices.py < events`, one event per line as the bus
carries it; answers one JSON line per notice that is due: event, rule, person.
"""

import json
import sys

from services.notification.domain.recipients import recipients

try:
    from chassis.process.manifest import discover
except ModuleNotFoundError:  # f2807d7 and older
    from chassis.manifest import discover  # type: ignore[import-not-found, no-redef]

RULES = [rule for manifest in discover().values() for rule in manifest.notices]

for line in sys.stdin:
    event = json.loads(line)
    for rule in RULES:
        if rule.event == event["type"]:
            for person in recipients(rule.to, event["data"]):
                sys.stdout.write(json.dumps([event["id"], rule.name, str(person)]) + "\n")

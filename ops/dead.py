"""`./simpul dead`: events a service gave up on; see them, or have them handled again."""

import argparse
from pathlib import Path
from typing import Any

from chassis.manifest import discover
from ops import folder, operator
from ops.journey.web import Unexpected
from ops.speech import Stop, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("show", "replay"), default="show")
    parser.add_argument("--service", help="one service only")
    parser.add_argument("--event", help="one event only, with replay")
    parser.add_argument("--data", type=Path, default=folder.default_folder(), metavar="DIR")


def run(options: argparse.Namespace) -> int:
    operating = operator.of(options.data)
    services = chosen_services(options.service)
    try:
        if options.action == "replay":
            return replay(operating, services, options.event)
        return show(operating, services)
    except Unexpected as error:
        raise Stop(str(error), str(error)) from error


def chosen_services(name: str | None) -> list[str]:
    known = list(discover())
    if name is None:
        return known
    if name not in known:
        raise Stop(
            f"tidak ada layanan sistem {name!r}; yang ada: {', '.join(known)}",
            f"there is no service {name!r}; there are: {', '.join(known)}",
        )
    return [name]


def show(operating: operator.Operator, services: list[str]) -> int:
    count = 0
    for service in services:
        for event in operating.get(f"/api/{service}/v1/dead")["data"]:
            count += 1
            print(line_of(service, event))
    say(f"{count} peristiwa menunggu tindakan.", f"{count} events wait for a decision.")
    return 0


def line_of(service: str, event: dict[str, Any]) -> str:
    facts = (event["received_at"], service, event["type"], event["subject"], event["event_id"])
    return "  ".join(str(fact) for fact in facts) + f"\n    {event['error']}"


def replay(operating: operator.Operator, services: list[str], event_id: str | None) -> int:
    order = {"event_id": event_id} if event_id else {}
    count = sum(
        operating.post(f"/api/{service}/v1/dead/replay", order)["count"] for service in services
    )
    say(f"{count} peristiwa diproses lagi.", f"{count} events are handled again.")
    return 0

"""`./simpul dead`: parked events and timers; list them, or have them tried again.

With `--suppressed` those that a rebuilt service does not repeat, such as old notices.
"""

import argparse
from typing import Any

from chassis.process.manifest import discover
from ops import folder, operator, parts
from ops.journey.web import Unexpected
from ops.speech import Stop, choose, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        choices=("show", "replay"),
        default="show",
        help=choose(
            "show menampilkan (bawaan), replay mencoba lagi",
            "show lists them (default), replay has them tried again",
        ),
    )
    parser.add_argument(
        "--service",
        metavar=choose("NAMA", "NAME"),
        help=choose("satu layanan saja", "one service only"),
    )
    parser.add_argument(
        "--event",
        metavar="ID",
        help=choose("satu peristiwa saja, bersama replay", "one event only, with replay"),
    )
    parser.add_argument(
        "--suppressed",
        action="store_true",
        help=choose(
            "peristiwa lama yang hanya didaftar sesudah layanan dibangun ulang; replay melepasnya",
            "old events a rebuilt service only lists; replay releases them",
        ),
    )
    folder.add_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.action == "replay" and options.suppressed and not options.event:
        raise Stop(
            "sebutkan satu peristiwa dengan --event; yang lama hanya dilepas satu per satu",
            "name one event with --event; old ones are released one by one only",
        )
    operating = operator.of(options.data)
    services = chosen_services(options.service)
    status = "suppressed" if options.suppressed else "parked"
    try:
        if options.action == "replay":
            return replay(operating, services, options.event, status)
        return show(operating, services, status)
    except Unexpected as error:
        raise Stop(str(error), str(error)) from error


def chosen_services(name: str | None) -> list[str]:
    names = list(discover())
    return names if name is None else [parts.known(name, names)]


def show(operating: operator.Operator, services: list[str], status: str = "parked") -> int:
    count = 0
    for service in services:
        for event in operating.get(f"/api/{service}/v1/dead?status={status}")["data"]:
            count += 1
            print(line_of(service, event))
    say(f"{count} peristiwa menunggu tindakan.", f"{count} events wait for a decision.")
    if status == "parked":
        show_timers(operating, services)
    return 0


def show_timers(operating: operator.Operator, services: list[str]) -> None:
    count = 0
    for service in services:
        for timer in operating.get(f"/api/{service}/v1/timers/parked")["data"]:
            count += 1
            print("  ".join((timer["set_at"], service, timer["kind"], timer["subject"])))
            print(f"    {timer['error']}")
    if count:
        say(f"{count} pewaktu gagal dijalankan.", f"{count} timers could not do their work.")


def line_of(service: str, event: dict[str, Any]) -> str:
    facts = (event["received_at"], service, event["type"], event["subject"], event["event_id"])
    line = "  ".join(str(fact) for fact in facts)
    return f"{line}\n    {event['error']}" if event["error"] else line


def replay(
    operating: operator.Operator,
    services: list[str],
    event_id: str | None,
    status: str = "parked",
) -> int:
    order = {"status": status, **({"event_id": event_id} if event_id else {})}
    count = sum(
        operating.post(f"/api/{service}/v1/dead/replay", order)["count"] for service in services
    )
    say(f"{count} peristiwa diproses lagi.", f"{count} events are handled again.")
    if status == "parked" and event_id is None:
        tried = [operating.post(f"/api/{name}/v1/timers/retry", {})["count"] for name in services]
        say(
            f"{sum(tried)} pewaktu dijalankan lagi.",
            f"{sum(tried)} timers are tried again.",
        )
    return 0

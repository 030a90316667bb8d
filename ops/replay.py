"""`./simpul replay`: have a service compare its copies with the other services' logs."""

import argparse

from ops import folder, operator
from ops.dead import chosen_services
from ops.journey.web import Unexpected
from ops.speech import Stop, choose, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service",
        nargs="?",
        metavar=choose("layanan", "service"),
        help=choose("satu layanan; semua bila tidak disebut", "one service; all when left out"),
    )
    parser.add_argument(
        "--from-beginning",
        action="store_true",
        help=choose(
            "membaca catatan dari peristiwa pertamanya", "read the logs from their first event"
        ),
    )
    folder.add_option(parser)


def run(options: argparse.Namespace) -> int:
    operating = operator.of(options.data)
    order = {"from_beginning": options.from_beginning}
    for service in chosen_services(options.service):
        try:
            count = operating.post(f"/api/{service}/v1/reconcile", order)["count"]
        except Unexpected as error:
            raise Stop(f"{service}: {error}", f"{service}: {error}") from error
        say(f"{service}: {count} peristiwa baru.", f"{service}: {count} new events.")
    return 0

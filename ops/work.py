"""`./simpul work <service>`: one `worker` process: the background loops of a service."""

import argparse
import logging
import signal
import threading

from flask import Flask

from chassis.process import runtime as runtimes
from chassis.process.telemetry import configure_logs, log
from chassis.run import worker_pages
from chassis.run.worker import Worker
from ops import skew
from ops.serve import built, factory_of
from ops.serving import ToStructlog
from ops.speech import choose, why_refused


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service",
        metavar=choose("layanan", "service"),
        help=choose("nama layanan", "name of the service"),
    )


def run(options: argparse.Namespace) -> int:
    configure_logs()
    logging.basicConfig(handlers=[ToStructlog()], level=logging.WARNING, force=True)
    app = built(factory_of(options.service))
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    skew.log_later(app)
    answer_for_itself(app)
    worker = Worker(app)
    worker.start()
    log.info("worker_started", service=options.service)
    stopping.wait()
    ended = worker.stop()
    with app.app_context():
        runtimes.of(app).bus.close()
        runtimes.of(app).db.engine.dispose()
    return 0 if ended else 1


def answer_for_itself(app: Flask) -> None:
    """Serve the worker's pages until the process ends. Without them it works all the same."""
    address = runtimes.of(app).settings["WORKER_ADDRESS"]
    try:
        if address is not None:
            worker_pages.serve(app, *address)
    except OSError as error:
        log.error("worker_address_refused", reason=why_refused(error))

"""`./simpul work <service>`: one `worker` process: the background loops of a service."""

import argparse
import logging
import signal
import threading

from chassis.process import runtime as runtimes
from chassis.process.telemetry import configure_logs, log
from chassis.run.worker import Worker
from ops import skew
from ops.serve import built, factory_of
from ops.serving import ToStructlog
from ops.speech import choose


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
    worker = Worker(app)
    worker.start()
    log.info("worker_started", service=options.service)
    stopping.wait()
    ended = worker.stop()
    with app.app_context():
        runtimes.of(app).bus.close()
        runtimes.of(app).db.engine.dispose()
    return 0 if ended else 1

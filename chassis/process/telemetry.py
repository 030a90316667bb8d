"""Logs and metrics, one module for every process. Never a payload, a name, an NIP or a token."""

import logging
import sys
from typing import Any, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from chassis.process import log_file

log: Any = structlog.get_logger("simpul")

REGISTRY = CollectorRegistry(auto_describe=True)


# Text and labels of each metric, by its kind and name; without those that only a plug-in brings.
DECLARED: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
M = TypeVar("M", Counter, Gauge, Histogram)


def counter(name: str, text: str, *labels: str) -> Counter:
    return _declared(Counter, name, text, labels)


def gauge(name: str, text: str, *labels: str) -> Gauge:
    return _declared(Gauge, name, text, labels)


def histogram(name: str, text: str, *labels: str) -> Histogram:
    return _declared(Histogram, name, text, labels)


def _declared(kind: type[M], name: str, text: str, labels: tuple[str, ...]) -> M:
    DECLARED[kind.__name__.lower(), name] = text, labels
    return kind(f"simpul_{name}", text, labels, registry=REGISTRY)


def exposition() -> str:
    """Write what this process counts, as Prometheus reads it."""
    return generate_latest(REGISTRY).decode()


REQUESTS = histogram("request_seconds", "Requests answered", "service", "route", "status")
PUBLISHED = counter("events_published", "Events confirmed by the bus", "service", "outcome")
HANDLED = counter("events_handled", "Events heard, by how it ended", "service", "type", "outcome")
TIMERS = counter(
    "timers_run", "Timers that came due, by how it ended", "service", "kind", "outcome"
)
JOBS = counter("jobs_run", "Long work, by how it ended", "service", "kind", "outcome")
PARKED = gauge("events_parked", "Events in the dead list", "service")
WAITING = gauge("events_waiting", "Events heard and not yet handled", "service")
UNPUBLISHED = gauge("events_unpublished", "Events recorded and not yet published", "service")
UNKNOWN = gauge("events_unknown", "Events kept for a release that hears their type", "service")
OLDEST_WAITING = gauge(
    "oldest_waiting_seconds", "Age of the oldest event heard and not yet handled, else 0", "service"
)
OLDEST_UNPUBLISHED = gauge(
    "oldest_unpublished_seconds",
    "Age of the oldest event recorded and not yet published, else 0",
    "service",
)
BUS_DEGRADED = gauge("bus_degraded", "1 while events have waited long for the bus", "service")
BUS_UNANSWERED = counter(
    "bus_unanswered", "Times a line to a broker was cut that did not answer", "service"
)
QUEUES_REPLACED = counter(
    "queues_replaced", "Times a queue that the broker could not reach was declared anew", "service"
)
LOOP_FAILURES = counter("loop_failures", "Times a background loop raised", "service", "loop")
QUEUED = gauge("queue_messages", "Messages on the broker that are not in the inbox yet", "service")
CONNECTIONS = gauge(
    "database_connections", "Connections of this process to its database", "service", "state"
)
EXPOSED = "text/plain; version=0.0.4"


def configure_logs(*, terminal: bool | None = None, level: int = logging.INFO) -> None:
    """Set up structlog: readable lines on a terminal, JSON lines otherwise."""
    on_terminal = sys.stderr.isatty() if terminal is None else terminal
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if on_terminal
        else structlog.processors.JSONRenderer(sort_keys=True)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(log_file.errors()),
        cache_logger_on_first_use=False,
    )

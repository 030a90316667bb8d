"""That a metric moves: every one that is declared must, in some test."""

from collections.abc import Iterator
from contextlib import contextmanager

from chassis.process.telemetry import REGISTRY


def value_of(name: str, **labels: str) -> float:
    """Add up the samples of a metric that have these labels; a histogram's are its observations."""
    (metric,) = [metric for metric in REGISTRY.collect() if metric.name == f"simpul_{name}"]
    counts = {"counter": "_total", "histogram": "_count", "gauge": ""}[metric.type]
    return sum(
        sample.value
        for sample in metric.samples
        if sample.name == metric.name + counts
        if labels.items() <= sample.labels.items()
    )


@contextmanager
def moved(name: str, **labels: str) -> Iterator[None]:
    """Assert that what the block does is counted by a metric, named without `simpul_`."""
    before = value_of(name, **labels)
    yield
    assert value_of(name, **labels) != before, f"{name} {labels} did not move"

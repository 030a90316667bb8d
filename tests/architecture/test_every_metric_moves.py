"""A metric that nothing moves is worse than none: an alarm on it never sounds."""

from pathlib import Path

from chassis.process.manifest import discover, load
from chassis.process.telemetry import DECLARED
from ops.parts import factories

TESTS = Path(__file__).parents[1]


def test_every_metric_that_is_declared_is_moved_by_a_test():
    """Each has a test that says `with moved("<name>", …)` around what it counts."""
    for factory in factories(discover()).values():
        load(factory)
    said = "\n".join(path.read_text("utf-8") for path in TESTS.rglob("test_*.py"))

    assert ("counter", "events_published") in DECLARED
    assert {name for _, name in DECLARED if f'moved("{name}"' not in said} == set()

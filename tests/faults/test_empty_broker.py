"""A broker that comes back empty: what it had lost is fetched from the feeds."""

import shutil

import pytest

from tests.faults.processes import family, frozen, wait_for

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.prove(part="outages")]

COMPARED_EVERY = "20"  # seconds


@pytest.fixture
def system_that_compares(system):
    """Services that fetch what they miss from the feeds; the other tests do without."""
    parts = system.supervisor.parts
    before = {name: part.settings for name, part in parts.items()}
    for name, part in parts.items():
        if part.has_worker:
            part.settings = {**part.settings, "RECONCILE_EVERY": COMPARED_EVERY}
            system.supervisor.restart(name)
    yield system
    for name, settings in before.items():
        if parts[name].settings != settings:
            parts[name].settings = settings
            system.supervisor.restart(name)


def test_what_a_wiped_broker_had_lost_still_reaches_every_hearer(system_that_compares):
    system = system_that_compares
    office, rabbit = system.office, system.engines["rabbit"]
    hearer = system.supervisor.parts["notification"].worker.child
    with frozen(family(hearer.pid)):
        # Up to ten messages may lie in the frozen hearer's socket; the rest is the broker's only.
        for _ in range(8):
            office.round()
        wait_for(lambda: not system.unpublished(), 30)
        rabbit.child.kill()
        assert office.notices().total() == 0
        shutil.rmtree(rabbit.folder / "mnesia")
        rabbit.start()
    fetched = system.wait_until_everybody_was_told(90)
    office.round()
    again = wait_for(lambda: not system.unpublished(), 30)
    system.wait_until_everybody_was_told(30)

    print(f"fetched from the feeds {fetched:.1f} s after the empty broker came up;")
    print(f"the next events published in {again:.1f} s")
    wait_for(lambda: routed_of_late(system), 60)


def routed_of_late(system):
    """The newest event of proposals found a hearer's queue, which somebody declared again."""
    system.office.round()
    wait_for(lambda: not system.unpublished(), 30)
    newest = "SELECT unrouted FROM outbox ORDER BY position DESC LIMIT 1"
    [[unrouted]] = system.ask_database("proposal", newest)
    return not unrouted

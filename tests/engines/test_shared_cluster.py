"""Who leaves the shared cluster otherwise than it was fails by name; who does not, hands it on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.builders import shared
from tests.builders.shared import SharedCluster


@dataclass
class Standing:
    """What stands for a cluster here: nothing but its state."""

    state: set[str] = field(default_factory=lambda: {"process proposal web pid 1"})

    def settle(self) -> None:
        """Nothing is under way."""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[SharedCluster]:
    @contextmanager
    def started() -> Iterator[Standing]:
        yield Standing()

    monkeypatch.setattr(shared, "_PATIENCE", 0.0)
    monkeypatch.setattr(shared, "distributed_system", started)
    monkeypatch.setattr(shared, "state_of", lambda system: set(system.state))
    lent = SharedCluster()
    yield lent
    lent.close()


def test_what_is_left_as_it_was_is_handed_on(cluster):
    with cluster.lent_to("one") as first:
        first.state.add("gave up on something")
        first.state.remove("gave up on something")
    with cluster.lent_to("another") as second:
        assert second is first


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.add("proposal gave up on role.changed.v1"),
        lambda state: state.remove("process proposal web pid 1"),
    ],
    ids=["something more", "something less"],
)
def test_whoever_changes_it_is_named_and_the_next_gets_a_new_one(cluster, change):
    with pytest.raises(pytest.fail.Exception, match="the_one left the shared cluster otherwise"):
        with cluster.lent_to("the_one") as first:
            change(first.state)

    with cluster.lent_to("another") as second:
        assert second is not first

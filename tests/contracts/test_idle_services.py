"""A service with nothing to do asks its database next to nothing, whichever loops it has."""

import pytest

from chassis.process.loops import LONGEST_REST
from chassis.process.manifest import discover
from tests.builders.service import one_service


@pytest.mark.parametrize("name", sorted(discover()))
def test_no_loop_of_an_idle_service_looks_more_often_than_each_half_minute(name, tmp_path):
    service = one_service(name, tmp_path)
    service.drain()
    with service.app.app_context():
        rests = {loop.name: loop.rest() for loop in service.runtime.loops}
    service.close()

    assert "relay" in rests
    assert {loop: rest for loop, rest in rests.items() if rest < LONGEST_REST} == {}

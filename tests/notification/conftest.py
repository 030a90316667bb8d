"""Fixtures of the notification tests."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.notification.desk import Desk


@pytest.fixture
def clock():
    """Time stands still at a Sunday morning, until a test moves it."""
    with time_machine.travel(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(service):
    """A notification service that knows a region and three invented people."""
    one = Desk(service("notification"))
    one.meet_everybody()
    return one


@pytest.fixture
def empty_desk(service):
    """The same before it has heard anything."""
    return Desk(service("notification"))

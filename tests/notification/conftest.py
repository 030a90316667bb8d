"""Fixtures of the notification tests."""

import pytest

from tests.notification.desk import Desk


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

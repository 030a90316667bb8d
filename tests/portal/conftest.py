import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import FakeEdge, portal


@pytest.fixture
def edge() -> FakeEdge:
    return FakeEdge()


@pytest.fixture
def client(edge: FakeEdge) -> FlaskClient:
    return portal(edge)

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, page_of, portal, sign_in
from tests.portal.told import a_proposal, knows, queues


@pytest.fixture
def edge() -> FakeEdge:
    return FakeEdge()


@pytest.fixture
def client(edge: FakeEdge) -> FlaskClient:
    return portal(edge)


@pytest.fixture
def officer(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge, "umpeg")
    knows(
        edge,
        a_proposal(stage="umpeg_verification", allowed_actions=["approve", "revise", "reject"]),
    )
    edge.answers["GET", f"{API}/inbox"] = (200, page_of(a_proposal(stage="umpeg_verification")))
    edge.answers["GET", f"{API}/inbox/queues"] = (200, queues(umpeg_verification=12))
    edge.answers["POST", f"{API}/proposals/{PROPOSAL}/decisions"] = (
        201,
        a_proposal(stage="opd_head_approval"),
    )
    return client

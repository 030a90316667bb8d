"""A replaced NIP and a channel that fails, where row security is forced (R37, R38)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.engines.postgres import Postgres
from services.identity.app import create_app as identity
from services.identity.seeds.demo import seed
from services.notification.app import create_app as notification
from services.notification.domain.attempts import permanent
from tests.builders.databases import database_on
from tests.builders.service import let_go, under_test
from tests.identity import desk as registers
from tests.identity.test_api_nips import RIGHT, WRONG, replaced, search
from tests.notification import desk as senders
from tests.notification.test_unreached import meet, of_opd, own

pytestmark = pytest.mark.live


@pytest.fixture
def register(postgres: Postgres, tmp_path: Path) -> Iterator[registers.Desk]:
    app = identity(database_on(postgres, "identity", tmp_path))
    seed(app, tmp_path)
    yield registers.Desk(app, tmp_path)
    let_go(app)


def test_a_replaced_nip_is_found_and_may_be_given_back(register: registers.Desk):
    assert replaced(register).status_code == 200

    for nip in (WRONG, RIGHT):
        assert search(register, nip).get_json()["nip"] == RIGHT
        (row,) = register.call("sysadmin", "GET", f"/employees?q={nip}").get_json()["data"]
        assert row["nip"] == RIGHT
    assert replaced(register, etag='"2"', nip="197202021998031906").status_code == 409
    assert replaced(register, etag='"2"', nip=WRONG).status_code == 200


@pytest.fixture
def sender(postgres: Postgres, tmp_path: Path) -> Iterator[senders.Desk]:
    app = notification(database_on(postgres, "notification", tmp_path))
    desk = senders.Desk(under_test(app))
    desk.meet_everybody()
    desk.hear(senders.an_event())
    yield meet(desk)
    let_go(app)


def test_an_address_that_is_refused_twice_is_one_trouble(sender: senders.Desk):
    sender.hear(senders.an_event(subject="file/2", version=2))
    sender.mail.endings.extend([permanent("550"), permanent("550")])
    sender.send_all()

    assert [row["channel"] for row in own(sender)] == ["email"]
    assert len(of_opd(sender).json["data"]) == 1

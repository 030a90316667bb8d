"""Imports on PostgreSQL: a refused row is put back alone there too, in its own region."""

from pathlib import Path

import pytest

from chassis.process.manifest import load
from services.identity.seeds.demo import seed
from tests.builders.databases import database_on
from tests.builders.service import let_go
from tests.identity.desk import Desk
from tests.identity.imports import BUDI, SITI, bring, counts, employee, imported, step, table

pytestmark = pytest.mark.live
WRONG = (BUDI[0], "Dua Kali", "disdik", "", "", "")


@pytest.fixture
def desk(postgres, tmp_path: Path):
    app = load("services.identity.app:create_app")(database_on(postgres, "identity", tmp_path))
    seed(app, tmp_path)
    yield Desk(app, tmp_path)
    let_go(app)


def test_a_file_is_tried_applied_and_undone(desk: Desk):
    nobody = ("199001012015131999", *BUDI[1:])
    tried = bring(desk, table(nobody, BUDI, WRONG, SITI))
    assert counts(tried, "new", "wrong") == (2, 2)
    assert employee(desk, BUDI[0]) is None

    applied = step(desk, tried["id"], "apply")
    again = imported(desk, table(BUDI, SITI))
    undone = step(desk, applied["id"], "undo")

    assert counts(applied, "new", "wrong") == (2, 2)
    assert counts(again, "same") == (2,)
    assert counts(undone, "undone", "not_undone") == (2, 0)
    assert employee(desk, SITI[0])["active"] is False

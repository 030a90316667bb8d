import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text

from chassis.data import statistics


@pytest.fixture
def engine():
    made = create_engine("sqlite://")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE cases (id TEXT PRIMARY KEY, region TEXT, name TEXT)"))
        connection.execute(text("CREATE INDEX by_name ON cases (region, name, id)"))
        connection.execute(text("CREATE INDEX only_name ON cases (name)"))
        statistics.assume(connection)
    yield made
    made.dispose()


def test_a_region_is_taken_for_many_rows_and_what_follows_narrows(engine):
    with engine.begin() as connection:
        statistics.assume(connection)
        rows = connection.execute(text("SELECT * FROM sqlite_stat1")).all()

    assert rows == [("cases", "by_name", "100000 100000 1000 10")]


def test_what_is_known_by_its_id_is_not_looked_for_in_the_whole_region(tmp_path):
    file = tmp_path / "cases.db"
    made = create_engine(f"sqlite:///{file}")
    schema = (
        "CREATE TABLE cases (id TEXT PRIMARY KEY, region TEXT, name TEXT)",
        "CREATE INDEX by_name ON cases (region, name, id)",
    )
    query = "EXPLAIN QUERY PLAN SELECT * FROM cases WHERE region = 'a' AND id IN (SELECT name FROM cases WHERE region = 'a' AND name > 'x') ORDER BY name"
    with made.begin() as connection:
        for statement in schema:
            connection.execute(text(statement))
        before = connection.execute(text(query)).all()
        statistics.assume(connection)
    made.dispose()

    with closing(sqlite3.connect(file)) as opened:
        after = opened.execute(query).fetchall()

    assert "by_name" in before[0][3]
    assert "(id=?)" in after[0][3]

"""What SQLite assumes of a service's tables: a region has many rows, each further column narrows.

Left alone it takes a region for ten rows, and reads all of it where a better index stands ready.
ANALYZE would learn from what a database holds today; these figures are the same in every database,
so that its plans are the ones that were tested.
"""

from collections.abc import Iterator
from itertools import accumulate

from sqlalchemy.engine import Connection

ROWS = 100_000
_OF_FEW = 1_000  # of an index over what meets a condition
_OF_ONE_ID = 10
_NARROWS = 100
_REGION = "region"
_INDEXES = "SELECT tbl_name, name, sql LIKE '% WHERE %' FROM sqlite_schema WHERE type = 'index'"

Statistic = tuple[str, str, str]


def assume(connection: Connection) -> None:
    """Write the figures where they are not yet; SQLite reads them when it opens a database."""
    wanted = sorted(_statistics(connection))
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # makes the table, and nothing else
    present = connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1").all()
    if sorted(map(tuple, present)) == wanted:
        return
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    for statistic in wanted:
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", statistic)


def _statistics(connection: Connection) -> Iterator[Statistic]:
    for table, index, is_of_few in connection.exec_driver_sql(_INDEXES).all():
        described = connection.exec_driver_sql(f"PRAGMA index_info('{index}')")
        columns = [row[2] for row in described.all()]
        if columns[0] == _REGION:
            size = _OF_FEW if is_of_few else ROWS
            rows = accumulate(columns[1:], _narrowed, initial=size)
            yield table, index, " ".join(map(str, (size, *rows)))


def _narrowed(rows: int, column: str) -> int:
    """Return how many rows are left once a column is given too."""
    if column == "actor_id":
        return rows  # an officer decides for years
    return min(rows, _OF_ONE_ID) if column.endswith("id") else max(1, rows // _NARROWS)

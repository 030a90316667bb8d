from datetime import UTC, datetime, timedelta

import pytest

from services.notification.domain.wishes import Wish, is_wanted

THEN = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LATER = THEN + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("row", "column", "wanted"),
    [
        (None, None, True),
        (Wish(False, THEN), None, False),
        (None, Wish(False, THEN), False),
        (Wish(True, LATER), Wish(False, THEN), True),
        (Wish(True, THEN), Wish(False, LATER), False),
        (Wish(False, THEN), Wish(True, THEN), False),
    ],
)
def test_the_row_counts_unless_the_column_is_later(row, column, wanted):
    assert is_wanted(row, column) is wanted

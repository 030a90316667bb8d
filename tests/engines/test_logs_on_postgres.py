"""Reading logs, one's own and the others': the same questions, asked of PostgreSQL."""

import pytest

from tests.chassis.test_reconcile import (  # noqa: F401 - run here with this folder's fixtures
    source,
    test_a_source_that_got_an_older_log_back_repeats_nothing,
    test_reading_from_the_beginning_repeats_no_effect,
    test_what_the_bus_lost_is_fetched_from_the_log,
)
from tests.chassis.test_trace import (  # noqa: F401 - the same
    test_a_long_way_is_read_in_pages_that_miss_and_repeat_nothing,
    test_a_subject_nobody_knows_has_no_way,
    test_a_written_letter_is_traced_from_its_request_to_the_bus,
    test_another_regions_operator_finds_nothing,
    test_events_whose_data_names_the_subject_belong_to_its_way,
    test_what_was_heard_shows_how_its_handling_went,
)

pytestmark = pytest.mark.live

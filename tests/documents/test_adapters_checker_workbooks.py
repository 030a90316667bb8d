"""Workbooks that services make: described when they are plain, refused with a reason if not."""

from io import BytesIO

import pytest

from services.documents.adapters.checker.inspection import inspect
from services.documents.adapters.checker.verdict import Verdict
from services.documents.domain.limits import InspectionLimits
from services.documents.domain.refusals import refusal
from tests.builders import workbooks
from tests.builders.workbooks import a_workbook


def verdict_on(content: bytes) -> Verdict:
    return inspect(BytesIO(content), InspectionLimits())


def test_what_the_one_writer_of_workbooks_makes_is_taken_with_its_sheets_counted():
    assert verdict_on(a_workbook("Pegawai", "Petunjuk")) == Verdict(pages=2)


@pytest.mark.parametrize("kind", workbooks.ACTIVE)
def test_what_acts_or_reaches_outside_is_named(kind: str):
    verdict = verdict_on(workbooks.ACTIVE[kind])

    assert verdict.code == "workbook_has_active_content"
    assert verdict.features == (kind.split(maxsplit=1)[0],)
    assert "XLSX" in refusal(verdict.code, verdict.features).detail("id")


@pytest.mark.parametrize("kind", workbooks.DAMAGED)
def test_what_is_no_whole_workbook_is_refused(kind: str):
    assert verdict_on(workbooks.DAMAGED[kind]).code == "workbook_damaged"


@pytest.mark.parametrize("make", [workbooks.large, workbooks.of_many_parts])
def test_what_unpacks_to_too_much_is_refused(make):
    assert verdict_on(make()).code == "workbook_too_complex"

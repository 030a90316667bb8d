"""What an applicant may change in a draft and in a revision (R14)."""

import pytest

from services.proposal.domain.opening import (
    ClosedForChange,
    Opened,
    everything,
    open_parts,
    opened_by,
    require_open,
)
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import FINAL_STAGES, OFFICER_STAGES, Stage
from tests.builders.definitions import seeded

KP = seeded("kp_fungsional")
AWARD = seeded("asn_berprestasi")


def test_a_draft_is_open_but_for_what_the_system_sets() -> None:
    opened = open_parts(AWARD, stage=Stage.DRAFT)

    assert opened.fields == {"nilai_kinerja_terakhir", "inovasi"}
    assert "kelengkapan_simpeg" not in opened.documents


def test_a_marked_document_opens_alone() -> None:
    opened = opened_by(KP, [Reason("document_unreadable", "document:sk_pns"), Reason("other")])

    assert opened == Opened(documents=frozenset({"sk_pns"}))


def test_a_note_only_opens_everything() -> None:
    assert opened_by(KP, []) == everything(KP)
    assert opened_by(KP, [Reason("other")]) == everything(KP)


def test_a_marked_field_opens_the_documents_that_hang_on_it() -> None:
    opened = opened_by(KP, [Reason("field_wrong", "field:kp_pertama")])

    assert opened.fields == {"kp_pertama"}
    assert opened.documents == {"ijazah_transkrip", "sttpl_prajabatan"}


def test_a_mark_on_a_row_that_takes_no_file_opens_everything() -> None:
    opened = opened_by(AWARD, [Reason("data_mismatch", "document:kelengkapan_simpeg")])

    assert opened == everything(AWARD)


@pytest.mark.parametrize("stage", [*OFFICER_STAGES, *sorted(FINAL_STAGES)])
def test_everything_is_closed_while_officers_decide_and_afterwards(stage: Stage) -> None:
    reasons = [Reason("field_wrong", "field:kp_pertama")]

    assert open_parts(KP, stage=stage, reasons=reasons) == Opened()


def test_a_change_to_a_closed_part_is_refused_by_name() -> None:
    opened = opened_by(KP, [Reason("document_wrong", "document:pak")])

    require_open(opened, documents=["pak"])
    with pytest.raises(ClosedForChange) as refusal:
        require_open(opened, fields=["jenis_kp"], documents=["pak", "sk_pns"])

    assert [error.pointer for error in refusal.value.errors] == [
        "/fields/jenis_kp",
        "/documents/sk_pns",
    ]

"""The same file twice: said to the applicant, marked for the officer, never refused (R46)."""

from typing import Any
from uuid import UUID

import pytest

from services.proposal.domain.stages import Action
from services.proposal.usecases import applying, attaching
from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.builders.people import unit_event
from tests.proposal.office import BEBAS_HUKDIS, EVERY_VERSION, PAPERS, Office, a_receipt

ME = an_id("applicant")


def sha256(letter: str) -> str:
    return letter * 64


def filed(office: Office, files: str, *, layanan: str = BEBAS_HUKDIS, send: bool = True) -> UUID:
    """A proposal whose papers are files named by letters; the same letter is the same file."""
    entries = {"keperluan": "Seleksi"} if layanan == BEBAS_HUKDIS else {}
    with office.inside():
        draft = applying.create_draft(person_id=ME, layanan=layanan, fields=entries).proposal
        for code, letter in zip(PAPERS, files, strict=False):
            receipt = a_receipt("applicant", sha256=sha256(letter))
            attaching.attach(
                draft.id, person_id=ME, requirement=code, receipt=receipt, seen=EVERY_VERSION
            )
        if send:
            applying.submit(draft.id, person_id=ME, seen=EVERY_VERSION)
        return draft.id


def marks(office: Office, proposal_id: UUID, who: str = "applicant") -> dict[str, list[Any]]:
    answer = office.call("GET", f"/proposals/{proposal_id}", who)
    assert answer.status_code == 200, answer.json
    return {row["requirement"]: row["same_as"] for row in answer.json["documents"]}


@pytest.mark.parametrize("who", ["applicant", "umpeg"])
def test_a_file_in_two_slots_is_marked_in_both(office: Office, who: str):
    proposal_id = filed(office, "aab")

    first, second, third = (marks(office, proposal_id, who)[code] for code in PAPERS)

    assert [one["requirement"] for one in first] == ["skp_2_tahun"]
    assert first[0]["detail"] == "Berkas yang sama juga dipakai untuk “SKP 2 tahun terakhir”."
    assert [one["requirement"] for one in second] == ["skp_1_tahun"]
    assert third == []


def test_a_file_of_another_open_case_is_marked_with_its_number(office: Office):
    other = filed(office, "abc")
    number = office.read(other).number

    mine = filed(office, "dae", send=False)

    [mark] = marks(office, mine)["skp_2_tahun"]
    assert mark["proposal_id"] == str(other)
    assert number in mark["detail"]
    assert marks(office, mine)["skp_1_tahun"] == []


def test_what_ended_or_was_never_sent_counts_no_more(office: Office):
    rejected, _draft = filed(office, "abc"), filed(office, "abc", send=False)
    office.decide(rejected, "umpeg", "reject", note="Tidak sesuai")

    assert set(map(len, marks(office, filed(office, "abc")).values())) == {0}
    assert set(map(len, marks(office, rejected).values())) == {0}


def test_another_persons_file_is_nobodys_business(office: Office):
    office.submitted("applicant_dinkes")  # every paper of it is the same file

    assert set(map(len, marks(office, filed(office, "xyz")).values())) == {0}


def test_a_replaced_file_is_marked_no_more(office: Office):
    mine = filed(office, "aab", send=False)
    with office.inside():
        receipt = a_receipt("applicant", sha256=sha256("f"))
        attaching.attach(
            mine, person_id=ME, requirement="skp_2_tahun", receipt=receipt, seen=EVERY_VERSION
        )

    assert set(map(len, marks(office, mine).values())) == {0}


def test_an_officer_hears_of_a_case_they_may_not_see_without_its_number(office: Office):
    office.service.hear(unit_event("bidang-mutasi", "division", "bkpsdm"))
    row = {"code": PAPERS[0], "name": {"id": "SKP"}, "required": True}
    office.install(definition_data(requirements=[row], divisions=["bidang-mutasi"]))
    other = filed(office, "a", layanan="contoh")
    mine = filed(office, "abc")

    [told] = marks(office, mine, "bkpsdm_admin")["skp_1_tahun"]
    [known] = marks(office, mine)["skp_1_tahun"]

    assert (told["proposal_id"], told["requirement"]) == (None, None)
    assert str(office.read(other).number) not in told["detail"]
    assert known["proposal_id"] == str(other)


def test_it_keeps_nobody_from_sending_or_approving(office: Office):
    proposal_id = filed(office, "aaa")

    office.decide(proposal_id, "umpeg", str(Action.APPROVE))

    assert office.read(proposal_id).stage == "opd_head_approval"

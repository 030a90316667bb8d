"""People, numbers and layanan are found however they are written (R43)."""

import re

import pytest

from services.proposal.queries import search
from tests.builders.people import employee_event
from tests.proposal.office import Office


@pytest.fixture
def maruf(office: Office) -> Office:
    office.service.hear(
        employee_event("applicant", "disdik", version=2, name="Ma'ruf Contoh Réné"),
    )
    return office


def found(office: Office, q: str) -> list[str]:
    data = office.call("GET", "/inbox", "umpeg", query_string={"q": q}).json["data"]
    return [row["id"] for row in data]


NAMES = ["Ma'ruf", "Ma’ruf", "maruf", "MARUF rene", "Ｍａｒｕｆ", "contoh réné bebas", "ma ruf"]


@pytest.mark.parametrize("q", NAMES)
def test_case_width_accents_and_apostrophes_make_no_difference(maruf: Office, q: str):
    wanted = maruf.submitted()

    assert found(maruf, q) == [str(wanted)]


@pytest.mark.parametrize("q", ["ra", "ra𠮷", "ra𠮷野"])
def test_a_word_with_letters_beyond_the_first_plane_is_found_by_its_beginning(
    office: Office, q: str
):
    office.service.hear(employee_event("applicant", "disdik", version=2, name="Ra𠮷野"))
    wanted = office.submitted()

    assert found(office, q) == [str(wanted)]


@pytest.mark.parametrize("q", ["Ma'ruf", "Ma’ruf contoh", "ma ruf réné"])
def test_a_proposal_that_the_release_before_filed_stays_findable(
    maruf: Office, monkeypatch: pytest.MonkeyPatch, q: str
):
    with monkeypatch.context() as before:
        before.setattr(search, "_words", search._former_words)
        wanted = maruf.submitted()

    assert found(maruf, q) == [str(wanted)]


@pytest.mark.parametrize(
    "form", ["{0}.{1}.{2}.{3}", "'{0}{1}{2}{3}", "{0}-{1} {2}\u200b{3} contoh"]
)
def test_an_nip_is_found_in_any_notation(office: Office, form: str):
    wanted = office.submitted()
    nip = office.read(wanted).applicant["nip"]
    parts = re.fullmatch(r"(.{8})(.{6})(.)(...)", nip).groups()

    assert found(office, form.format(*parts)) == [str(wanted)]


def test_a_proposal_keeps_the_nip_of_its_day_and_is_found_by_that_of_today_too(office: Office):
    wanted = office.submitted()
    nip = office.read(wanted).applicant["nip"]
    changed = nip[:15] + "777"
    office.service.hear(employee_event("applicant", "disdik", version=2, nip=changed))

    assert found(office, nip) == found(office, changed) == [str(wanted)]
    assert office.read(wanted).applicant["nip"] == nip


@pytest.mark.parametrize(
    "q", ["1" * 31 + "x", "199001012015011901 199201152023212902 B", "1 " * 50 + "x"]
)
def test_long_rows_of_digits_are_split_once(q: str):
    assert len(search.words_of(q)) <= 100


@pytest.mark.parametrize("q", ["bebas_hukdis", "bebas hukuman disiplin", "bebas hukdis contoh"])
def test_a_layanan_is_found_by_name_short_name_and_code(office: Office, q: str):
    wanted = office.submitted()

    assert found(office, q) == [str(wanted)]

"""A password is what was typed: nothing is cut off, changed, shown or asked for anew by time."""

import re
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from chassis.process.clock import now
from services.identity import pages
from services.identity.domain.passwords import MAX_LENGTH
from tests.identity.door import Door

TEMPLATES = sorted(Path(str(pages.__file__)).parent.glob("templates/*.html"))
LONG = "hémå pångkål kåyå " * 7


def fields_for_passwords() -> list[str]:
    texts = "".join(path.read_text("utf-8") for path in TEMPLATES)
    return [field for field in re.findall(r"<input [^>]*>", texts) if "password" in field]


def test_every_field_for_a_password_is_masked_and_known_to_password_managers():
    fields = fields_for_passwords()

    assert len(fields) >= 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field), field
        # A browser cuts off what is pasted beyond it, and says nothing.
        assert int(re.findall(r'maxlength="(\d+)"', field)[0]) > MAX_LENGTH, field


@pytest.mark.parametrize(
    "change", [str.upper, str.title, lambda right: f"{right} ", lambda right: right[:-1]]
)
def test_a_password_counts_to_its_last_character_in_its_own_case(door: Door, change):
    account, browser = door.account("applicant"), door.browser()
    browser.get("/masuk")

    refused = browser.post("/masuk", nip=account["nip"], password=change(account["password"]))

    assert refused.status_code == 401


def test_a_long_password_counts_whole_however_the_keyboard_composes_it(door: Door):
    account, browser = door.account("applicant"), door.signed_in("applicant")
    typed = unicodedata.normalize("NFD", LONG)
    browser.get("/masuk/akun")
    browser.post(
        "/masuk/kata-sandi",
        old_password=account["password"],
        new_password=typed,
        new_password_again=typed,
    )
    again = door.browser()
    again.get("/masuk")

    shortened = again.post("/masuk", nip=account["nip"], password=LONG[:-4])
    whole = again.post("/masuk", nip=account["nip"], password=typed)

    assert len(LONG) <= MAX_LENGTH < len(typed)
    assert (shortened.status_code, whole.status_code) == (401, 303)


def test_a_password_does_not_grow_old(door: Door):
    with time_machine.travel(now() + timedelta(days=3 * 365), tick=False):
        door.signed_in("applicant")

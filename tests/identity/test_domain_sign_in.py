"""The steps of signing in, and the life of signing keys and regions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.kernel.errors import Invalid
from services.identity.domain.regions import check_region
from services.identity.domain.sign_in import (
    Progress,
    Step,
    next_step,
    revocation_mark,
    roles_of_second_factor,
    safe_path,
)
from services.identity.domain.signing_keys import next_start, times_from

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _step(**changes: Any) -> Step:
    usual: dict[str, Any] = {
        "totp_enrolled": False,
        "second_factor_shown": False,
        "must_change_password": False,
        "roles": set(),
        "totp_roles": {"bkpsdm_head"},
    }
    return next_step(Progress(**{**usual, **changes}))


def test_somebody_without_second_factor_is_done():
    assert _step() is Step.DONE


def test_the_second_factor_is_asked_before_a_new_password():
    assert _step(totp_enrolled=True, must_change_password=True) is Step.TOTP
    assert (
        _step(totp_enrolled=True, second_factor_shown=True, must_change_password=True)
        is Step.NEW_PASSWORD
    )


def test_a_role_that_needs_it_must_set_up_a_second_factor():
    assert _step(roles={"umpeg", "bkpsdm_head"}) is Step.ENROL_TOTP
    assert _step(roles={"umpeg"}) is Step.DONE
    assert _step(roles={"bkpsdm_head"}, totp_enrolled=True, second_factor_shown=True) is Step.DONE


@pytest.mark.parametrize(
    ("chosen", "decided", "asked"),
    [
        (["umpeg"], None, {"umpeg", "sysadmin", "new"}),
        ([], ["umpeg", "sysadmin"], {"new"}),
        (["umpeg"], ["umpeg", "sysadmin"], {"umpeg", "new"}),
        (["gone"], ["gone", "umpeg", "sysadmin", "new"], {"gone"}),
    ],
    ids=["never chose", "chose nobody", "chose one", "chose about all"],
)
def test_a_region_decides_about_the_roles_there_were_and_the_others_are_as_they_come(
    chosen: list[str], decided: list[str] | None, asked: set[str]
):
    default = ["umpeg", "sysadmin", "new"]

    assert roles_of_second_factor(chosen=chosen, decided=decided, by_default=default) == asked


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_a_revocation_takes_effect_from_the_next_whole_second(microsecond: int):
    mark = revocation_mark(NOW.replace(microsecond=microsecond))

    assert mark == NOW + timedelta(seconds=1)


@pytest.mark.parametrize("path", ["/masuk/akun", "/oauth/authorize?client_id=x&a=%2F%2Fevil", "/"])
def test_a_path_of_this_site_is_followed(path: str):
    assert safe_path(path, default="/home") == path


@pytest.mark.parametrize(
    "path",
    [
        *("", None, "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil"),
        *("javascript:alert(1)", "/a\nb", " /a", "evil", "/\t/evil.example", "http:/evil"),
    ],
)
def test_an_address_elsewhere_is_not(path: str | None):
    assert safe_path(path, default="/home") == "/home"


def test_the_first_key_signs_at_once_and_the_next_is_published_two_days_ahead():
    first = times_from(NOW)

    assert next_start([], now=NOW) == NOW
    assert next_start([first.signs_until], now=NOW) is None
    assert next_start([first.signs_until], now=first.signs_until - timedelta(days=3)) is None
    assert next_start([first.signs_until], now=first.signs_until - timedelta(days=1)) == (
        first.signs_until
    )


def test_a_key_stays_published_after_its_last_token():
    times = times_from(NOW)

    assert times.published_until - times.signs_until >= timedelta(minutes=11)


def test_after_a_long_stop_a_new_key_signs_at_once():
    assert next_start([NOW - timedelta(days=1)], now=NOW) == NOW


@pytest.mark.parametrize("code", ["", "A", "ab", "Kota", "1kota", "kota_", "k" * 17, "kota-"])
def test_a_region_needs_a_plain_short_code(code: str):
    with pytest.raises(Invalid):
        check_region(code=code, name="Kota", zone="Asia/Jakarta")


def test_a_region_lies_in_one_of_the_three_zones():
    for zone in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"):
        check_region(code="kota", name="Kota", zone=zone)
    with pytest.raises(Invalid):
        check_region(code="kota", name="Kota", zone="Europe/Berlin")

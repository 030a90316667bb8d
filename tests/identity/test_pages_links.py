"""One-time links, signing out for an application, and several regions in one installation."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from chassis.kernel.errors import Refused
from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from services.identity.manifest import ROLES
from services.identity.models import (
    Account,
    Contact,
    Employee,
    PasswordLink,
    Region,
    RoleGrant,
    Unit,
    db,
)
from services.identity.seeds.first_run import init
from tests.identity.conftest import Build
from tests.identity.demo import account
from tests.identity.desk import Desk
from tests.identity.door import Browser, Door

NEW = "sungai tenang hanyut"
ADMIN = "198001012005011777"


def _init(app: Flask, **changes: Any) -> str:
    usual: dict[str, Any] = {
        "code": "kab-contoh",
        "name": "Kabupaten Contoh",
        "zone": "Asia/Makassar",
        "admin_nip": ADMIN,
        "admin_name": "Admin Pertama",
        "admin_email": "admin@contoh.example",
    }
    return init(app, **{**usual, **changes})


def _set(browser: Browser, path: str, password: str = NEW) -> Any:
    browser.get(path)
    return browser.post(path, new_password=password, new_password_again=password)


@pytest.fixture
def bare(build_app: Build, tmp_path: Path) -> Door:
    """An installation without any region."""
    return Door(build_app(), tmp_path)


def test_a_new_region_begins_with_one_administrator_and_a_link(bare: Door):
    path = _init(bare.app)

    assert path.startswith("/masuk/tautan/")
    with bare.app.app_context(), in_region("kab-contoh"):
        region = db.session.get(Region, "kab-contoh")
        person = db.session.scalars(select(Employee)).one()
        grant = db.session.scalars(select(RoleGrant)).one()
        assert region is not None
        assert not region.demo
        assert set(region.totp_roles) == {role.code for role in ROLES if role.second_factor}
        assert person.nip == ADMIN
        assert (grant.employee_id, grant.role) == (person.id, "sysadmin")


def test_what_the_command_was_given_is_cleaned_like_what_a_form_sends(bare: Door):
    _init(
        bare.app,
        name="Kabupaten\u00a0 Contoh",
        admin_nip="19800101.200501.1.777",
        admin_name=" Admin\t Per\u00adtama\u200b",
        admin_email="admin@CONTOH.example ",
    )

    with bare.app.app_context(), in_region("kab-contoh"):
        person = db.session.scalars(select(Employee)).one()
        contact = db.session.scalars(select(Contact)).one()
        names = set(db.session.scalars(select(Unit.name)))
    assert (person.nip, person.name) == (ADMIN, "Admin Pertama")
    assert contact.email == "admin@contoh.example"
    assert names == {"Kabupaten Contoh", "BKPSDM Kabupaten Contoh"}


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"admin_name": "Admin \u202eamatreP"}, "/name"),
        ({"admin_email": "admin@contoh"}, "/email"),
        ({"admin_nip": "201001012015011777"}, "/nip"),
        ({"name": "Kab\x00"}, "/name"),
    ],
)
def test_what_nobody_could_register_by_a_form_no_command_registers(bare: Door, given, pointer):
    with pytest.raises(Refused) as refused:
        _init(bare.app, **given)

    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_the_first_administrator_sets_a_password_then_a_second_factor_then_is_in(bare: Door):
    browser = bare.browser()
    saved = _set(browser, _init(bare.app))
    assert saved.location == "/masuk?sandi=1"
    browser.get(saved.location)

    entered = browser.post("/masuk", nip=ADMIN, password=NEW)
    assert entered.location == "/masuk/pasang-autentikator"
    bare.set_up(browser)

    assert "Admin Pertama" in browser.get("/masuk/akun").text


def test_a_link_works_once(bare: Door):
    path = _init(bare.app)
    _set(bare.browser(), path)

    again = bare.browser().get(path)

    assert again.status_code == 404
    assert again.content_type.startswith("text/html")


@pytest.mark.parametrize(
    "accept", ["application/problem+json", "application/json", "text/html;q=0"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_program_is_refused_with_a_problem_where_a_person_sees_a_page(
    bare: Door, accept: str, method: str
):
    used = f"{_init(bare.app)}x"
    addresses = [used] if method == "GET" else ["/masuk", used]

    for address in addresses:
        client = bare.browser().client
        problem = client.open(address, method=method, headers={"Accept": accept})
        page = client.open(address, method=method, headers={"Accept": "text/html,*/*;q=0.8"})

        assert problem.content_type == "application/problem+json"
        assert problem.json["status"] == problem.status_code == page.status_code
        assert page.mimetype == "text/html"
        assert "Accept" in page.headers["Vary"]


def test_looking_at_the_link_or_a_weak_password_does_not_use_it_up(bare: Door):
    path = _init(bare.app)
    browser = bare.browser()

    assert browser.get(path).status_code == 200
    assert _set(browser, path, "rahasia").status_code == 422
    assert _set(browser, path).status_code == 303


def test_a_link_dies_after_three_days(bare: Door):
    path = _init(bare.app)

    with time_machine.travel(now() + timedelta(hours=73)):
        assert bare.browser().get(path).status_code == 404


def test_a_link_needs_the_form_token_too(bare: Door):
    path = _init(bare.app)

    answer = bare.browser().client.post(path, data={"new_password": NEW, "new_password_again": NEW})

    assert answer.status_code == 403
    assert bare.browser().get(path).status_code == 200


def test_the_secret_of_a_link_is_not_in_the_database(bare: Door):
    path = _init(bare.app)

    with bare.app.app_context(), all_regions():
        assert db.session.scalars(select(PasswordLink)).one().fingerprint not in path


@pytest.mark.parametrize(
    "change",
    [
        {"code": "X"},
        {"zone": "Europe/Berlin"},
        {"name": " "},
        {"admin_nip": "199001012015131999"},
        {"admin_name": " "},
    ],
)
def test_a_region_is_set_up_whole_or_not_at_all(bare: Door, change: dict[str, str]):
    with pytest.raises(Refused):
        _init(bare.app, **change)

    with bare.app.app_context(), all_regions():
        assert db.session.scalars(select(Region)).all() == []
        assert db.session.scalars(select(Employee)).all() == []


def test_a_region_is_set_up_once(bare: Door):
    _init(bare.app)

    with pytest.raises(Refused) as caught:
        _init(bare.app)

    assert caught.value.code == "region_exists"


def test_an_administrator_hands_out_an_activation_link_and_the_older_one_dies(desk: Desk):
    with desk.app.app_context(), in_region("demo"), db.transaction() as session:
        session.get_one(Account, desk.id_of("applicant")).password_hash = None
    path = f"/employees/{desk.id_of('applicant')}/password-reset"
    first = desk.call("bkpsdm_admin", "POST", path).get_json()
    second = desk.call("bkpsdm_admin", "POST", path).get_json()
    browser = Browser(desk.app.test_client())

    assert first["url"] == f"http://simpul.test{first['path']}"
    assert browser.get(first["path"]).status_code == 404
    assert _set(browser, second["path"]).status_code == 303
    nip = account(desk.folder, "applicant")["nip"]
    browser.get("/masuk")
    assert browser.post("/masuk", nip=nip, password=NEW).status_code == 303


def test_a_lesser_administrator_does_not_end_the_sessions_of_a_system_administrator(desk: Desk):
    target = desk.id_of("sysadmin")

    answer = desk.call("bkpsdm_admin", "POST", f"/employees/{target}/sessions/revoke")

    assert answer.status_code == 403
    assert answer.get_json()["code"] == "grant_beyond_own_role"


def _copy_password(door: Door, nip: str, region: str, key: str) -> None:
    """Give the person with `nip` in `region` the password of a demo account."""
    demo_nip = door.account(key)["nip"]
    with door.app.app_context(), all_regions(), db.transaction() as session:
        hashed = session.scalar(
            select(Account.password_hash)
            .join(Employee, Employee.id == Account.employee_id)
            .where(Employee.nip == demo_nip, Employee.region == "demo")
        )
        other = session.scalars(
            select(Account)
            .join(Employee, Employee.id == Account.employee_id)
            .where(Employee.nip == nip, Employee.region == region)
        ).one()
        other.password_hash = hashed


def test_one_nip_in_two_regions_is_told_apart_by_the_password(door: Door):
    told = door.account("applicant")
    link = _init(door.app, admin_nip=told["nip"])
    _set(door.browser(), link)
    browser = door.browser()
    browser.get("/masuk")

    there = browser.post("/masuk", nip=told["nip"], password=NEW)

    assert there.location == "/masuk/pasang-autentikator"
    assert door.sign_in(door.browser(), "applicant").location == "/masuk/akun"


def test_one_nip_with_one_password_in_two_regions_is_asked_which(door: Door):
    told = door.account("applicant")
    _init(door.app, admin_nip=told["nip"])
    _copy_password(door, told["nip"], "kab-contoh", "applicant")
    browser = door.browser()

    asked = door.sign_in(browser, "applicant")
    chosen = browser.post("/masuk", nip=told["nip"], password=told["password"], region="demo")

    assert asked.status_code == 422
    assert 'value="kab-contoh"' in asked.text
    assert 'value="demo"' in asked.text
    assert chosen.location == "/masuk/akun"


def test_the_choice_of_region_is_not_shown_for_a_wrong_password(door: Door):
    told = door.account("applicant")
    _init(door.app, admin_nip=told["nip"])
    _copy_password(door, told["nip"], "kab-contoh", "applicant")
    browser = door.browser()
    browser.get("/masuk")

    answer = browser.post("/masuk", nip=told["nip"], password="salah sekali")

    assert answer.status_code == 401
    assert "kab-contoh" not in answer.text


def _signed_in_with_tokens(door: Door) -> tuple[Browser, dict[str, Any]]:
    browser = door.signed_in("applicant")
    code = door.authorize(browser).location.split("code=")[1].split("&")[0]
    return browser, dict(door.redeem(code).get_json())


def _logout(browser: Browser, **asked: str) -> Any:
    return browser.get(f"/oauth/logout?{urlencode(asked)}")


def test_an_application_that_shows_its_id_token_signs_the_person_out(door: Door):
    browser, tokens = _signed_in_with_tokens(door)

    answer = _logout(
        browser,
        id_token_hint=tokens["id_token"],
        client_id="simpul-portal",
        post_logout_redirect_uri="http://simpul.test/portal/",
        state="s",
    )

    assert answer.location == "http://simpul.test/portal/?state=s"
    assert browser.get("/masuk/akun").status_code == 303
    assert door.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("hint", ["", "x.y.z"])
def test_without_a_hint_the_person_is_asked(door: Door, hint: str):
    browser, _tokens = _signed_in_with_tokens(door)

    answer = _logout(
        browser,
        id_token_hint=hint,
        client_id="simpul-portal",
        post_logout_redirect_uri="http://simpul.test/portal/",
    )

    assert answer.status_code == 200
    assert browser.get("/masuk/akun").status_code == 200
    answer = _logout(
        browser, client_id="simpul-portal", post_logout_redirect_uri="http://simpul.test/portal/"
    )
    wanted = re.findall(r'name="next" value="([^"]+)"', answer.text)[0].replace("&amp;", "&")
    out = browser.post("/masuk/keluar", next=wanted)
    assert browser.get(out.location).location == "http://simpul.test/portal/"


def test_the_id_token_of_another_session_is_no_hint(door: Door):
    _browser, tokens = _signed_in_with_tokens(door)
    victim = door.signed_in("umpeg")

    answer = _logout(victim, id_token_hint=tokens["id_token"])

    assert answer.status_code == 200
    assert victim.get("/masuk/akun").status_code == 200


def test_after_signing_out_nobody_is_sent_to_an_unregistered_address(door: Door):
    browser, tokens = _signed_in_with_tokens(door)

    answer = _logout(
        browser,
        id_token_hint=tokens["id_token"],
        post_logout_redirect_uri="https://evil.example/",
    )

    assert answer.status_code == 200
    assert "Location" not in answer.headers

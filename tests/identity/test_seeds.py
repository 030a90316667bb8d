"""What an installation and the demo region begin with."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from chassis.kernel.nip import parse_nip
from chassis.process.clock import now
from chassis.process.config import SettingsInvalid
from chassis.process.regions import all_regions
from chassis.run import migration
from services.identity.adapters.hashing import Hasher
from services.identity.app import create_app
from services.identity.domain.passwords import check_password
from services.identity.models import (
    AuthorizationCode,
    Employee,
    OAuthClient,
    RefreshToken,
    SignInAttempt,
    SigningKey,
    SignInSession,
    TokenFamily,
    db,
)
from services.identity.seeds import demo, installation
from services.identity.seeds.demo_people import PEOPLE
from services.identity.seeds.demo_region import UNITS
from services.identity.usecases.tidying import tidy
from tests.builders.service import settings_for
from tests.identity.door import Door


def test_the_credentials_are_readable_by_the_owner_only(demo_app: Flask, demo_copy: Path):
    path = demo_copy / demo.CREDENTIALS
    told = json.loads(path.read_text("utf-8"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (told["region"], told["demo"], told["url"]) == ("demo", True, None)
    assert [account["key"] for account in told["accounts"]] == [person.key for person in PEOPLE]
    for account in told["accounts"]:
        assert bool(account["totp_secret"]) == bool(account["roles"]), account["key"]


def test_demo_passwords_are_random_and_keep_the_rules(demo_app: Flask, demo_copy: Path):
    accounts = json.loads((demo_copy / demo.CREDENTIALS).read_text("utf-8"))["accounts"]

    assert len({account["password"] for account in accounts}) == len(accounts)
    for account in accounts:
        check_password(account["password"], nip=account["nip"], name=account["name"])


def test_seeding_again_changes_nothing(demo_app: Flask, demo_copy: Path):
    before = (demo_copy / demo.CREDENTIALS).read_bytes()

    demo.seed(demo_app, demo_copy)
    installation.seed(demo_app)

    with demo_app.app_context(), all_regions():
        assert db.session.scalar(select(func.count()).select_from(Employee)) == len(PEOPLE)
        assert db.session.scalar(select(func.count()).select_from(SigningKey)) == 1
    assert (demo_copy / demo.CREDENTIALS).read_bytes() == before


def test_the_people_of_the_demo_are_obviously_invented():
    for person in PEOPLE:
        assert "Contoh" in person.name
        assert parse_nip(person.nip).serial >= 900


def test_the_tenure_of_everybody_in_the_demo_is_on_record():
    for person in PEOPLE:
        assert parse_nip(person.nip).appointed_on or person.facts["tmt_cpns"]


def test_every_division_of_the_demo_has_somebody_who_validates_and_a_head():
    held = {(role, unit) for person in PEOPLE for role, unit in person.roles}

    for unit in UNITS:
        if unit.kind == "division":
            assert {("bkpsdm_admin", unit.code), ("division_head", unit.code)} <= held


def test_every_service_and_application_is_registered(demo_app: Flask):
    with demo_app.app_context():
        clients = {item.client_id: item for item in db.session.scalars(select(OAuthClient))}

    assert clients["simpul-portal"].redirect_uris == ["http://simpul.test/portal/callback"]
    assert clients["simpul-portal"].secret_fingerprint is None
    assert clients["simpul-cli"].redirect_uris == ["http://127.0.0.1/callback"]
    assert clients["svc-identity"].secret_fingerprint
    assert clients["svc-identity"].grant_types == ["client_credentials"]


def test_another_address_moves_the_redirect_of_the_portal(demo_copy: Path):
    moved = create_app(
        settings_for(
            "identity", demo_copy, PUBLIC_URL="http://elsewhere.test", PASSWORD_MEMORY_KIB="1024"
        )
    )

    installation.seed(moved)

    with moved.app_context():
        portal = db.session.get(OAuthClient, "simpul-portal")
        db.engine.dispose()
    assert portal is not None
    assert portal.redirect_uris == ["http://elsewhere.test/portal/callback"]


def test_models_and_migrations_agree(demo_app: Flask):
    assert migration.drift(demo_app) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [("SECRET_KEY", "short"), ("PASSWORD_MEMORY_KIB", "10"), ("PASSWORD_AT_ONCE", "0")],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, setting: str, value: str):
    with pytest.raises(SettingsInvalid) as caught:
        create_app(settings_for("identity", tmp_path, **{setting: value}))

    assert setting in str(caught.value)


def test_a_hash_takes_64_mebibytes_of_memory_by_default(tmp_path: Path):
    hasher = Hasher(memory_kib=65_536, at_once=2)

    assert "m=65536" in hasher.hash("kuda besar lari pagi")


def _count(*models: type) -> list[int]:
    with all_regions():
        return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


_PASSING = (SignInSession, TokenFamily, RefreshToken, AuthorizationCode, SignInAttempt)


def test_tidying_forgets_old_sign_ins_and_nothing_else(door: Door):
    tokens = door.tokens()
    door.refresh(tokens["refresh_token"])

    with door.app.app_context():
        tidy()
        assert all(_count(*_PASSING))
        with time_machine.travel(now() + timedelta(days=31)):
            tidy()
        assert _count(*_PASSING) == [0] * len(_PASSING)
        assert _count(Employee) == [len(PEOPLE)]

import pytest

from chassis.process.config import (
    COMMON,
    Setting,
    SettingsInvalid,
    at_least,
    long_secret,
    read,
    seconds,
    switch,
    url,
)

GOOD = {
    "DATABASE_URL_LETTERS": "sqlite:///x.db",
    "CLIENT_SECRET_LETTERS": "s",
    "BUS_URL": "memory:x",
    "PEERS_URL": "local:x",
    "PUBLIC_URL": "http://localhost:1/",
}


def test_every_problem_is_listed_at_once():
    with pytest.raises(SettingsInvalid) as refused:
        declared = [*COMMON, Setting("MAIL_URL")]
        read("letters", declared, {"BUS_URL": "kafka:x", "RETRY_SCHEDULE": "soon"})

    told = " ".join(refused.value.problems)
    for name in ("DATABASE_URL_LETTERS", "BUS_URL", "RETRY_SCHEDULE", "MAIL_URL", "PUBLIC_URL"):
        assert name in told


def test_settings_are_read_by_their_names():
    settings = read("letters", [*COMMON, Setting("PAGES", default="3", parse=int)], GOOD)

    assert settings.database_url == "sqlite:///x.db"
    assert settings.public_url == "http://localhost:1"
    assert settings["PAGES"] == 3
    assert settings.retry_schedule == (0, 5, 30, 300, 1800, 7200)


def test_a_secret_may_lie_in_a_file(tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    given = {k: v for k, v in GOOD.items() if k != "CLIENT_SECRET_LETTERS"}

    given["CLIENT_SECRET_LETTERS_FILE"] = str(tmp_path / "secret")

    settings = read("letters", COMMON, given)

    assert settings.client_secret == "from the file"


def test_a_secret_file_that_is_not_there_is_a_problem_of_its_setting(tmp_path):
    given = {k: v for k, v in GOOD.items() if k != "CLIENT_SECRET_LETTERS"}

    with pytest.raises(SettingsInvalid, match="CLIENT_SECRET_LETTERS"):
        read("letters", COMMON, given | {"CLIENT_SECRET_LETTERS_FILE": str(tmp_path / "no")})


def test_durations_schemes_and_switches_are_read():
    assert seconds("0, 5s, 2m, 1h") == (0, 5, 120, 3600)
    assert switch("on") is True
    assert url("http")("http://x/") == "http://x"
    assert at_least(2)("2") == 2
    refused = (
        (seconds, "-1"),
        (seconds, "x"),
        (switch, "maybe"),
        (url("http"), "ftp:x"),
        (url("http"), "http://h:p"),
    )
    for parse, text in (*refused, (at_least(2), "1"), (long_secret, "s" * 31)):
        with pytest.raises(ValueError):
            parse(text)


def test_a_parser_may_be_named_and_is_loaded_when_it_is_needed():
    named = Setting("PAGES", parse="tests.nowhere:read", default="3")

    assert read("letters", [Setting("PAGES", parse="builtins:int", default="3")], {})["PAGES"] == 3
    with pytest.raises(ModuleNotFoundError):
        read("letters", [named], {})


def test_a_setting_of_each_client_is_one_for_each_other_client():
    one = Setting("CLIENT_SECRET_{client}", generated=True, help="Of {client}.")

    each = {setting.key("identity"): setting for setting in one.of_each(["new-panel", "ops"])}

    assert list(each) == ["CLIENT_SECRET_NEW_PANEL", "CLIENT_SECRET_OPS"]
    assert each["CLIENT_SECRET_OPS"].help == "Of ops."
    assert all(setting.secret for setting in each.values())

import pytest

from chassis.process.config import Setting, SettingsInvalid, read, seconds, switch, url

GOOD = {
    "DATABASE_URL_LETTERS": "sqlite:///x.db",
    "CLIENT_SECRET_LETTERS": "s",
    "BUS_URL": "memory:x",
    "PEERS_URL": "local:x",
    "PUBLIC_URL": "http://localhost:1/",
}


def test_every_problem_is_listed_at_once():
    with pytest.raises(SettingsInvalid) as refused:
        read("letters", [Setting("MAIL_URL")], {"BUS_URL": "kafka:x", "RETRY_SCHEDULE": "soon"})

    told = " ".join(refused.value.problems)
    for name in ("DATABASE_URL_LETTERS", "BUS_URL", "RETRY_SCHEDULE", "MAIL_URL", "PUBLIC_URL"):
        assert name in told


def test_settings_are_read_by_their_names():
    settings = read("letters", [Setting("PAGES", default="3", parse=int)], GOOD)

    assert settings.database_url == "sqlite:///x.db"
    assert settings.public_url == "http://localhost:1"
    assert settings["PAGES"] == 3
    assert settings.retry_schedule == (0, 5, 30, 300, 1800, 7200)


def test_a_secret_may_lie_in_a_file(tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    given = {k: v for k, v in GOOD.items() if k != "CLIENT_SECRET_LETTERS"}

    settings = read("letters", [], given | {"CLIENT_SECRET_LETTERS_FILE": str(tmp_path / "secret")})

    assert settings.client_secret == "from the file"


def test_a_secret_file_that_is_not_there_is_a_problem_of_its_setting(tmp_path):
    given = {k: v for k, v in GOOD.items() if k != "CLIENT_SECRET_LETTERS"}

    with pytest.raises(SettingsInvalid, match="CLIENT_SECRET_LETTERS"):
        read("letters", [], given | {"CLIENT_SECRET_LETTERS_FILE": str(tmp_path / "no")})


def test_durations_schemes_and_switches_are_read():
    assert seconds("0, 5s, 2m, 1h") == (0, 5, 120, 3600)
    assert switch("on") is True
    assert url("http")("http://x/") == "http://x"
    for parse, text in ((seconds, "-1"), (seconds, "x"), (switch, "maybe"), (url("http"), "ftp:x")):
        with pytest.raises(ValueError):
            parse(text)

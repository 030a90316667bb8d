import pytest

from chassis.process.config import SettingsInvalid
from chassis.process.manifest import load
from tests.builders.service import settings_for


def start(tmp_path, **settings):
    return load("services.notification.app:create_app")(
        settings_for("notification", tmp_path, **settings)
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"MAIL_URL": "pigeon:loft"}, "MAIL_URL: no email channel for 'pigeon'"),
        ({"MAIL_URL": "file:"}, "MAIL_URL: file: needs a folder"),
        ({"MAIL_URL": "smtp://relay.test"}, "MAIL_URL: smtp: needs MAIL_FROM"),
        ({"MAIL_URL": "smtp://relay.test", "MAIL_FROM": "nobody"}, "MAIL_FROM: not a mail address"),
        ({"WHATSAPP_URL": "cloud+https://graph.test/v25.0/1"}, "WHATSAPP_URL: cloud+https: needs"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_says_which(tmp_path, settings, told):
    with pytest.raises(SettingsInvalid) as raised:
        start(tmp_path, **settings)

    assert told in str(raised.value)


def test_all_wrong_settings_are_told_at_once(tmp_path):
    with pytest.raises(SettingsInvalid) as raised:
        start(tmp_path, MAIL_URL="pigeon:loft", WHATSAPP_URL="smoke:hill")

    assert len(raised.value.problems) == 2


def test_a_password_in_a_setting_is_never_told(tmp_path):
    with pytest.raises(SettingsInvalid) as raised:
        start(tmp_path, MAIL_URL="smtp://me:hunter2@relay.test?tls=none", MAIL_FROM="a@b.test")

    assert "hunter2" not in str(raised.value)

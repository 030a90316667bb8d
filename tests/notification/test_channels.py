"""What the service knows of a channel is the channel's own word, and it is checked at the start."""

from dataclasses import dataclass, replace

import pytest

from chassis.process.config import Setting, Settings
from chassis.process.manifest import ManifestInvalid, settings_of
from chassis.process.manifest import discover as manifests
from services.notification.adapters import registry
from services.notification.adapters.channels import Address
from services.notification.adapters.registry import ChannelInvalid, UnknownProvider, open_provider
from services.notification.workers.sender import Sender
from tests.notification.desk import CHANNELS, a_rule, a_service, an_event

EMAIL = CHANNELS["email"]
HERE = "tests.notification.test_channels"
PIGEON = replace(
    EMAIL,
    name="pigeon",
    address=Address.NONE,
    url="PIGEON_URL",
    providers={"loft": f"{HERE}:open_anything"},
    settings=(Setting("PIGEON_URL", default="loft:"),),
)


def open_anything(url, settings):
    return f"opened {url}"


@dataclass(frozen=True)
class Point:
    name: str
    value: str


@pytest.fixture
def brought(monkeypatch):
    """What installed packages bring, by their entry points."""
    points = []
    monkeypatch.setattr(registry, "brought_to", lambda _group: points)
    return lambda name, value=f"{HERE}:PIGEON": points.append(Point(name, value))


def opened(name, **values):
    return open_provider(CHANNELS[name], Settings("notification", values))


def test_the_built_in_channels_are_found_by_their_folders():
    assert list(CHANNELS) == ["email", "whatsapp"]
    assert CHANNELS["whatsapp"].fallback == "email"


def test_a_provider_is_chosen_by_the_scheme_of_the_channels_url():
    provider = opened("whatsapp", WHATSAPP_URL="log:")

    assert type(provider).__name__ == "WhatsAppLog"
    with pytest.raises(UnknownProvider, match="known are file, smtp"):
        opened("email", MAIL_URL="log:")


def test_an_outside_package_brings_a_provider_of_a_channel_that_is_there(brought):
    brought("whatsapp.fonnte+https", f"{HERE}:open_anything")

    assert (
        opened("whatsapp", WHATSAPP_URL="fonnte+https://x.test") == "opened fonnte+https://x.test"
    )
    with pytest.raises(UnknownProvider):
        opened("email", MAIL_URL="fonnte+https://x.test")


def test_a_scheme_that_is_claimed_twice_stops_the_start(brought):
    brought("whatsapp.log", f"{HERE}:open_anything")

    with pytest.raises(ChannelInvalid, match=r"whatsapp\.log is claimed twice"):
        opened("whatsapp", WHATSAPP_URL="log:")


def test_an_outside_package_brings_a_channel_with_its_settings(brought):
    brought("pigeon")

    assert registry.discover()["pigeon"] is PIGEON
    assert "PIGEON_URL" in {setting.name for setting in registry.settings()}


@pytest.mark.parametrize(
    ("channel", "fault"),
    [
        ("a pigeon", "is not a Channel"),
        (replace(PIGEON, name="email"), "two channels are called 'email'"),
        (replace(PIGEON, name="in_app"), "in_app: is no name of a channel"),
        (replace(PIGEON, name="Pigeon"), "Pigeon: is no name of a channel"),
        (replace(PIGEON, fallback="smoke"), "pigeon: falls back to 'smoke', which is not there"),
        (replace(PIGEON, url="LOFT"), "pigeon: does not declare its setting LOFT"),
    ],
)
def test_a_channel_that_cannot_be_stops_the_start_and_is_named(
    brought, monkeypatch, channel, fault
):
    monkeypatch.setattr(f"{HERE}.PIGEON", channel)
    brought("pigeon")

    with pytest.raises(ChannelInvalid, match=fault):
        registry.discover()


def test_a_setting_of_two_channels_stops_the_start(brought, monkeypatch):
    monkeypatch.setattr(f"{HERE}.PIGEON", replace(PIGEON, settings=EMAIL.settings, url="MAIL_URL"))
    brought("pigeon")

    with pytest.raises(ManifestInvalid, match="MAIL_URL is declared twice"):
        settings_of("notification", manifests())


def test_a_channels_own_routes_stay_under_its_own_prefix():
    other = replace(PIGEON, blueprint=CHANNELS["whatsapp"].blueprint)

    with pytest.raises(ChannelInvalid, match="/api/notification/v1/pigeon"):
        registry.blueprints([other])


def test_a_rule_with_a_channel_that_is_not_here_still_tells_by_the_others(desk):
    desk.rules(a_rule(channels=("in_app", "email", "pigeon")))

    desk.hear(an_event())
    desk.send_all()

    states = {row.channel: (row.state, row.reason) for row in desk.deliveries}
    assert states == {
        "in_app": ("sent", ""),
        "email": ("sent", ""),
        "pigeon": ("skipped", "no_channel"),
    }


def test_a_rule_with_a_channel_that_is_not_here_is_told_at_the_start(service, monkeypatch):
    told = []
    monkeypatch.setattr(
        "services.notification.app.log.warning", lambda *a, **k: told.append((a, k))
    )
    files = a_service(a_rule(channels=("in_app", "pigeon")))
    for module in ("chassis.run.app", "services.notification.app"):
        monkeypatch.setattr(f"{module}.discover", lambda: {"files": files})

    service("notification")

    named = {"service": "files", "notice": "file_moved", "channel": "pigeon"}
    assert told == [(("channel_missing",), named)]


def test_a_channel_without_addresses_reaches_somebody_who_has_none(clock, desk):
    desk.identity.contacts.clear()
    desk.rules(a_rule(channels=("pigeon",)))
    registry.install(desk.app, {**CHANNELS, "pigeon": PIGEON})

    desk.hear(an_event())
    with desk.app.app_context():
        Sender(PIGEON, desk.mail).run()

    assert [message.to for message in desk.mail.sent] == [""]
    assert desk.delivery("pigeon").state == "sent"

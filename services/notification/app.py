"""The composition root: settings, channels and their senders, subscriptions, routes."""

from collections.abc import Mapping
from functools import partial

from flask import Flask

from chassis.process import runtime
from chassis.process.config import Settings, SettingsInvalid
from chassis.process.loops import Loop
from chassis.process.manifest import Manifest, discover
from chassis.process.telemetry import log
from chassis.run.app import service_app
from services.notification.adapters import registry
from services.notification.adapters.channels import Channel, Provider
from services.notification.api import deliveries, inbox, notice_texts, preferences, unreached
from services.notification.manifest import MANIFEST
from services.notification.models import EMPLOYEE_WORDS, PEOPLE, db
from services.notification.subscriptions import heard
from services.notification.workers import sender
from staff.rights import revoked_at

_RENEWALS = 3  # so often within its time a claim is renewed
Channels = Mapping[str, Channel]


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    """Build the notification service's app.

    Raises `SettingsInvalid` with every wrong setting, `ChannelInvalid` for a channel and
    `NoticeRuleInvalid` for a manifest's rule that cannot work.
    """
    channels = registry.discover()
    own = registry.blueprints(channels.values())
    return service_app(
        MANIFEST,
        __name__,
        db=db,
        config=config,
        blueprints=(
            *(inbox.blp, preferences.blp, deliveries.blp, notice_texts.blp, unreached.blp),
            *own,
        ),
        heard=heard(discover()),
        loops=(Loop("employee_words", EMPLOYEE_WORDS.catch_up, every=600.0),),
        revoked_at=revoked_at(PEOPLE),
        on_create=(partial(_add_channels, channels=channels),),
    )


def _add_channels(app: Flask, *, channels: Channels) -> None:
    registry.install(app, channels)
    attached, in_hand = runtime.of(app), sender.InHand()
    for name, provider in _providers(attached.settings, channels).items():
        attached.loops.extend(sender.loops(channels[name], provider, in_hand))
    every = attached.settings["SEND_CLAIM"] / _RENEWALS
    attached.loops.append(Loop("claims", in_hand.renew, every=every, drained=False))
    _warn_of_missing(attached.manifests, channels)


def _providers(settings: Settings, channels: Channels) -> dict[str, Provider]:
    opened: dict[str, Provider] = {}
    problems: list[str] = []
    for name, channel in channels.items():
        try:
            opened[name] = registry.open_provider(channel, settings)
        except ValueError as error:
            problems.append(f"{channel.url}: {error}")
    if problems:
        raise SettingsInvalid(problems)
    return opened


def _warn_of_missing(manifests: Mapping[str, Manifest], channels: Channels) -> None:
    """Say at the start which rules name a channel that is not here; each of their messages is
    in the list of deliveries, skipped.
    """
    for name, manifest in manifests.items():
        for rule in manifest.notices:
            for missing in {*rule.channels} - {registry.IN_APP, *channels}:
                log.warning("channel_missing", service=name, notice=rule.name, channel=missing)

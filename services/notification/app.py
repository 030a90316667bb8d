"""The composition root: settings, channels and their senders, subscriptions, routes."""

from collections.abc import Mapping

from flask import Flask

from chassis.process import runtime
from chassis.process.config import Settings, SettingsInvalid
from chassis.process.loops import Loop
from chassis.process.manifest import discover
from chassis.run.app import service_app
from services.notification.adapters.channels import (
    EMAIL,
    WHATSAPP,
    Channel,
    Open,
    Sending,
    open_channel,
    registry,
)
from services.notification.adapters.mail_files import open_mail_files
from services.notification.adapters.smtp import open_smtp
from services.notification.adapters.whatsapp_cloud import open_whatsapp_cloud
from services.notification.adapters.whatsapp_log import open_whatsapp_log
from services.notification.api import deliveries, inbox, preferences, whatsapp
from services.notification.manifest import MANIFEST
from services.notification.models import PEOPLE, db
from services.notification.subscriptions import heard
from services.notification.workers import sender
from staff.rights import revoked_at

_RENEWALS = 4  # so often within its time a claim is renewed
CHANNELS: Mapping[str, Open] = {
    "email.file": open_mail_files,
    "email.smtp": open_smtp,
    "whatsapp.log": open_whatsapp_log,
    "whatsapp.cloud+https": open_whatsapp_cloud,
    "whatsapp.cloud+http": open_whatsapp_cloud,
}


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    """Build the notification service's app.

    Raises `SettingsInvalid` with every wrong setting, `NoticeRuleInvalid` for a manifest's rule
    that cannot work.
    """
    return service_app(
        MANIFEST,
        __name__,
        db=db,
        config=config,
        blueprints=(inbox.blp, preferences.blp, deliveries.blp, whatsapp.blp),
        heard=heard(discover()),
        revoked_at=revoked_at(PEOPLE),
        on_create=(_add_senders,),
    )


def _add_senders(app: Flask) -> None:
    attached, in_hand = runtime.of(app), sender.InHand()
    for name, channel in _channels(attached.settings).items():
        attached.loops.extend(sender.loops(name, channel, in_hand))
    every = attached.settings["SEND_CLAIM"] / _RENEWALS
    attached.loops.append(Loop("claims", in_hand.renew, every=every, drained=False))


def _channels(settings: Settings) -> dict[str, Channel]:
    channels = registry(CHANNELS)
    opened: dict[str, Channel] = {}
    problems: list[str] = []
    for name, setting, token in ((EMAIL, "MAIL", ""), (WHATSAPP, "WHATSAPP", "WHATSAPP_TOKEN")):
        url = settings[f"{setting}_URL"]
        try:
            secret = settings[token] if token else ""
            sending = Sending(url, secret, settings["MAIL_FROM"], settings.public_url)
            opened[name] = open_channel(name, sending, channels)
        except ValueError as error:
            problems.append(f"{setting}_URL: {error}")
    if problems:
        raise SettingsInvalid(problems)
    return opened

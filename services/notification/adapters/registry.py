"""Finds the channels, so that one more is one folder or one installed package and no edit.

Those of the repository are `services/notification/channels/<name>/channel.py`. Outside packages
use the entry point group `simpul.channels`: `<name> = package.module:CHANNEL` brings a channel,
`<name>.<scheme> = package.module:open_function` one more provider of a channel that is there.
"""

import importlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app

from chassis.process.config import Setting, Settings
from chassis.process.installed import brought_to
from chassis.process.manifest import load
from services.notification.adapters.channels import Channel, Open, Provider

IN_APP = "in_app"  # the inbox inside the application: a row, so nothing has to be sent
GROUP = "simpul.channels"
FOLDER = "services.notification.channels"
PREFIX = "/api/notification/v1"
_KEY = "simpul_channels"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,19}")


class ChannelInvalid(Exception):
    """A channel is none, is there twice, or says what cannot be; the message names it."""


class UnknownProvider(ValueError):
    """The setting's URL has a scheme that no installed provider answers to."""


def discover() -> dict[str, Channel]:
    """Return every installed channel by name. Raises `ChannelInvalid`."""
    channels: dict[str, Channel] = {}
    for channel in (*_in_repository(), *_installed()):
        if not isinstance(channel, Channel):
            raise ChannelInvalid(f"{channel!r} is not a Channel")
        if channel.name in channels:
            raise ChannelInvalid(f"two channels are called {channel.name!r}")
        channels[channel.name] = channel
    _check(channels)
    return dict(sorted(channels.items()))


def settings() -> tuple[Setting, ...]:
    """List the settings of every installed channel, for the service's manifest."""
    return tuple(setting for channel in discover().values() for setting in channel.settings)


def open_provider(channel: Channel, values: Settings) -> Provider:
    """Open the provider that the scheme of the channel's URL names.

    Raises `UnknownProvider`, which names the schemes there are, and `ValueError` when the
    provider finds its settings incomplete.
    """
    url = str(values[channel.url])
    scheme = urlsplit(url).scheme
    providers = _providers(channel)
    if scheme not in providers:
        there = ", ".join(sorted(providers))
        raise UnknownProvider(f"no {channel.name} channel for {scheme!r}:, known are {there}")
    opener: Open = load(providers[scheme])
    return opener(url, values)


def blueprints(channels: Iterable[Channel]) -> list[Blueprint]:
    """Load the channels' own routes. Raises `ChannelInvalid` for one outside its own prefix."""
    loaded = []
    for channel in channels:
        if channel.blueprint is not None:
            blueprint: Blueprint = load(channel.blueprint)
            if blueprint.url_prefix != f"{PREFIX}/{channel.name}":
                raise ChannelInvalid(f"{channel.name}: its routes go under {PREFIX}/{channel.name}")
            loaded.append(blueprint)
    return loaded


def install(app: Flask, channels: Mapping[str, Channel]) -> None:
    app.extensions[_KEY] = channels


def installed() -> Mapping[str, Channel]:
    """Return the channels of the app whose context is active."""
    return cast(Mapping[str, Channel], current_app.extensions[_KEY])


def _in_repository() -> list[Any]:
    folders = importlib.import_module(FOLDER).__path__
    found = {path.parent.name for folder in folders for path in Path(folder).glob("*/channel.py")}
    return [load(f"{FOLDER}.{name}.channel:CHANNEL") for name in sorted(found)]


def _installed() -> list[Any]:
    return [load(point.value) for point in brought_to(GROUP) if "." not in point.name]


def _providers(channel: Channel) -> dict[str, str]:
    """Return the channel's own providers and those that packages bring for it, by scheme."""
    providers = dict(channel.providers)
    for point in brought_to(GROUP):
        name, _, scheme = point.name.partition(".")
        if scheme and name == channel.name:
            if scheme in providers:
                raise ChannelInvalid(f"{point.name} is claimed twice, also by {point.value}")
            providers[scheme] = point.value
    return providers


def _check(channels: Mapping[str, Channel]) -> None:
    faults = [
        f"{name}: {fault}"
        for name, channel in channels.items()
        for fault in _faults(channel, channels)
    ]
    if faults:
        raise ChannelInvalid("; ".join(faults))


def _faults(channel: Channel, channels: Mapping[str, Channel]) -> Iterable[str]:
    if not _NAME.fullmatch(channel.name) or channel.name == IN_APP:
        yield "is no name of a channel"
    if channel.fallback is not None and channel.fallback not in channels:
        yield f"falls back to {channel.fallback!r}, which is not there"
    if channel.url not in {setting.name for setting in channel.settings}:
        yield f"does not declare its setting {channel.url}"

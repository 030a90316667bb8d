"""Settings of identity's own, beside the common ones."""

from collections.abc import Mapping

from chassis.process.config import Setting, Settings
from chassis.process.manifest import Manifest

OPERATOR = "ops"
_MIN_SECRET = 32
_MIN_MEMORY_KIB = 1024


def _long_secret(text: str) -> str:
    if len(text) < _MIN_SECRET:
        raise ValueError(f"must have at least {_MIN_SECRET} characters")
    return text


def _memory(text: str) -> int:
    if int(text) < _MIN_MEMORY_KIB:
        raise ValueError(f"must be at least {_MIN_MEMORY_KIB}")
    return int(text)


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError("must be at least 1")
    return int(text)


def _count_or_none(text: str) -> int:
    return 0 if text == "0" else _count(text)


OWN = (
    Setting(
        "SECRET_KEY",
        parse=_long_secret,
        secret=True,
        help="Seals TOTP secrets and signing keys; losing it means enrolling everybody again.",
    ),
    Setting(
        "PASSWORD_MEMORY_KIB",
        default="65536",
        parse=_memory,
        help="Memory one password hash takes (argon2id); less only where tests must be quick.",
    ),
    Setting(
        "PASSWORD_AT_ONCE",
        default="2",
        parse=_count,
        help="How many passwords are hashed at once in one process; the others queue.",
    ),
    Setting(
        "PROXIES_IN_FRONT",
        default="0",
        parse=_count_or_none,
        help="How many proxies of ours add to X-Forwarded-For; sign-in limits need the address.",
    ),
)


def own_settings(manifests: Mapping[str, Manifest]) -> tuple[Setting, ...]:
    """Add the client secret of everything that signs in by itself."""
    others = (name for name in (*manifests, OPERATOR) if name != "identity")
    secrets = (
        Setting(_key(name), default="", secret=True, help="Empty: the service cannot sign in.")
        for name in others
    )
    return (*OWN, *secrets)


def client_secrets(settings: Settings, manifests: Mapping[str, Manifest]) -> dict[str, str]:
    """Return the client secret of each service, and of the operator."""
    return {
        name: settings.client_secret if name == "identity" else str(settings[_key(name)])
        for name in (*manifests, OPERATOR)
    }


def _key(service: str) -> str:
    return f"CLIENT_SECRET_{service.upper().replace('-', '_')}"

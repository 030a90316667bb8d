"""The applications that may ask for tokens, kept equal to the settings and manifests."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from chassis.data.wrong_tries import count_wrong
from chassis.events.security import Kind, note
from chassis.process import regions
from chassis.process.manifest import Manifest, person_scopes
from services.identity.adapters.sealing import fingerprint
from services.identity.models import OAuthClient, WrongSecret, db
from services.identity.usecases import noting

EVENTS_SCOPE = "events.read"
_PEOPLES_GRANTS = ["authorization_code", "refresh_token"]


@dataclass(frozen=True)
class ClientSpec:
    """What is registered of an application; `secret` None makes it public."""

    client_id: str
    name: str
    secret: str | None
    grant_types: list[str]
    scopes: list[str]
    redirect_uris: list[str] = field(default_factory=list)
    logout_uris: list[str] = field(default_factory=list)


def specs(
    *, public_url: str, manifests: Mapping[str, Manifest], secrets: Mapping[str, str]
) -> list[ClientSpec]:
    """List the portal, the scripts' client and one client per service."""
    scopes = person_scopes(manifests)
    people = [
        ClientSpec(
            client_id="simpul-portal",
            name="Portal Simpul",
            secret=None,
            grant_types=_PEOPLES_GRANTS,
            scopes=scopes,
            redirect_uris=[f"{public_url}/portal/callback"],
            logout_uris=[f"{public_url}/portal/", f"{public_url}/portal", f"{public_url}/"],
        ),
        ClientSpec(
            client_id="simpul-cli",
            name="Simpul baris perintah",
            secret=None,
            grant_types=_PEOPLES_GRANTS,
            scopes=scopes,
            redirect_uris=["http://127.0.0.1/callback"],
        ),
    ]
    services = [
        _service(manifest, secrets) for manifest in manifests.values() if secrets.get(manifest.name)
    ]
    return [*people, *services, *_operator(secrets.get("ops"))]


def register(wanted: list[ClientSpec]) -> None:
    """Make the registered clients equal to `wanted`; others are untouched."""
    with db.transaction() as session:
        for spec in wanted:
            values = asdict(spec)
            secret = values.pop("secret")
            values["secret_fingerprint"] = fingerprint(secret) if secret else None
            client = session.get(OAuthClient, spec.client_id)
            if (change := _change(client, values)) is None:
                continue
            note(Kind.CLIENT, change, thing=f"client/{spec.client_id}")
            if client is None:
                session.add(OAuthClient(**values))
                continue
            for name, value in values.items():
                setattr(client, name, value)


def _change(client: OAuthClient | None, values: Mapping[str, Any]) -> str | None:
    """Return as a code how a client differs from what is wanted of it."""
    if client is None:
        return "registered"
    if client.secret_fingerprint != values["secret_fingerprint"]:
        return "secret_changed"
    differs = any(getattr(client, name) != value for name, value in values.items())
    return "changed" if differs else None


def _operator(secret: str | None) -> list[ClientSpec]:
    """The commands an operator types: dead list, replay, reconciliation."""
    if not secret:
        return []
    scopes = sorted({EVENTS_SCOPE, "ops"})
    return [ClientSpec("svc-ops", "Operator", secret, ["client_credentials"], scopes)]


def _service(manifest: Manifest, secrets: Mapping[str, str]) -> ClientSpec:
    called = {scope for scopes in manifest.calls.values() for scope in scopes}
    return ClientSpec(
        client_id=f"svc-{manifest.name}",
        name=manifest.title["id"],
        secret=secrets[manifest.name],
        grant_types=["client_credentials"],
        scopes=sorted({EVENTS_SCOPE, *called}),
    )


def count_wrong_secret(client_id: str, address: str) -> None:
    """Count a wrong secret of a client. Raises `TooManyWrong` for one that comes too early."""

    def reached(tries: int) -> None:
        note(
            Kind.CLIENT,
            "secret_guessed",
            thing=f"client/{client_id}",
            origin=noting.origin_of(address),
            amount=tries,
            region=regions.ALL,
        )

    count_wrong(db, WrongSecret, client_id, address=address, note=reached)

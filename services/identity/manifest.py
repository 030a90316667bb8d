"""What the rest of the system may know of identity."""

from chassis.process.config import Setting, at_least, long_secret
from chassis.process.manifest import Manifest, Route

MANIFEST = Manifest(
    name="identity",
    title={"id": "Identitas", "en": "Identity"},
    app="services.identity.app:create_app",
    routes=(
        Route("/api/identity/"),
        Route("/oauth/", max_body=16_384),
        Route("/.well-known/", max_body=1_024),
        Route("/masuk", max_body=16_384, rate=20.0, burst=60),
    ),
    settings=(
        Setting(
            "SECRET_KEY",
            parse=long_secret,
            generated=True,
            help="Seals TOTP secrets and signing keys; losing it means enrolling everybody again.",
        ),
        Setting(
            "PASSWORD_MEMORY_KIB",
            default="65536",
            parse=at_least(1024),
            help="Memory one password hash takes (argon2id); less only where tests must be quick.",
        ),
        Setting(
            "PASSWORD_AT_ONCE",
            default="2",
            parse=at_least(1),
            help="How many passwords are hashed at once in one process; the others queue.",
        ),
        Setting(
            "PROXIES_IN_FRONT",
            default="0",
            parse=at_least(0),
            distributed="1",
            help="How many proxies of ours add to X-Forwarded-For;"
            " sign-in limits need the address.",
        ),
        Setting(
            "CLIENT_SECRET_{client}",
            default="",
            generated=True,
            help="The secret with which {client} signs in to call others.",
        ),
    ),
    scopes=("identity",),
    seed="services.identity.seeds.installation:seed",
    demo_seed="services.identity.seeds.demo:seed",
    init="services.identity.seeds.first_run:init",
)

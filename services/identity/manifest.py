"""What the rest of the system may know of identity."""

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
    scopes=("identity",),
    seed="services.identity.seeds.installation:seed",
    demo_seed="services.identity.seeds.demo:seed",
    init="services.identity.seeds.first_run:init",
)

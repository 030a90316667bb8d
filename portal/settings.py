"""What the portal must be told at start."""

from chassis.process.config import Setting, url

SETTINGS = (
    Setting("PUBLIC_URL", parse=url("http", "https"), help="Public address; the token issuer."),
    Setting(
        "PEERS_URL",
        default="local:",
        parse=url("local", "http", "https"),
        help="Where the edge answers: local: in this process, or its address.",
    ),
    Setting(
        "SECRET_PORTAL",
        parse=lambda text: (
            [part.strip() for part in text.split(",") if len(part.strip()) >= 32] or _too_short()
        ),
        secret=True,
        help="Seals the session cookie; 32 characters or more; new,old while rotating.",
    ),
)


def _too_short() -> list[str]:
    raise ValueError("must have at least 32 characters")

"""What the portal must be told at start."""

from chassis.process.config import Setting, long_secret, url


def _secrets(text: str) -> list[str]:
    return [long_secret(part.strip()) for part in text.split(",")]


SETTINGS = (
    Setting("PUBLIC_URL", parse=url("http", "https"), help="Public address; the token issuer."),
    Setting(
        "PEERS_URL",
        default="local:",
        parse=url("local", "http", "https"),
        help="Where the edge answers: local: in this process, or its address.",
        embedded="local:{instance}",
    ),
    Setting(
        "SECRET_PORTAL",
        parse=_secrets,
        generated=True,
        help="Seals the session cookie; 32 characters or more; new,old while rotating.",
    ),
)

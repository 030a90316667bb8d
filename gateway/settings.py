"""The gateway's settings."""

from chassis.process.config import Setting, switch, url

SETTINGS = (
    Setting("PUBLIC_URL", parse=url("http", "https"), help="The public address."),
    Setting(
        "PEERS_URL",
        parse=url("local", "http", "https"),
        help="Where the services answer: local: in this process, or the edge's address.",
        embedded="local:{instance}",
    ),
    Setting(
        "PROBE_PATH",
        default="/readyz",
        help="What to ask a service to learn if it is ready; {service} is filled in.",
        distributed="/internal/{service}/readyz",
    ),
    Setting("DOCS", default="on", parse=switch, help="Serve /docs and /openapi.json, or not."),
)

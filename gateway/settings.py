"""The gateway's settings."""

from chassis.process.config import Setting, at_least, switch, url

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
    Setting(
        "PROXIES_IN_FRONT",
        default="0",
        parse=at_least(0),
        help="How many proxies of ours stand before the edge and add to X-Forwarded-For.",
    ),
    Setting(
        "HSTS_SUBDOMAINS",
        default="off",
        parse=switch,
        help="Tell browsers to use https for all hosts below this one too.",
    ),
    Setting("DOCS", default="on", parse=switch, help="Serve /docs and /openapi.json, or not."),
)

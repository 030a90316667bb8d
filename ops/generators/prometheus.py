"""deploy/prometheus.yaml: where a Prometheus in the network of compose.yaml finds every process."""

import yaml

from ops.generators.values import PORT, Values
from ops.parts import FRONTS

_HEAD = "# Made by `./simpul generate`. For a Prometheus in the network `parts` of compose.yaml.\n"


def prometheus(values: Values) -> str:
    """Write the addresses; a part that runs several times has one for each."""
    workers = [f"{name}-worker" for name in values.manifests]
    found = {"names": [*values.manifests, *workers, *FRONTS], "type": "A", "port": PORT}
    job = {"job_name": "simpul", "scrape_interval": "15s", "dns_sd_configs": [found]}
    return _HEAD + yaml.safe_dump({"scrape_configs": [job]}, sort_keys=False)

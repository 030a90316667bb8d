"""The services installed here, and whether they fit together.

Apart from `parts`, which also runs in a service's image, where there is no gateway.
"""

from chassis.process.manifest import Manifest, discover, roles_of
from gateway.routes import table
from ops.parts import building, declared


def installed() -> dict[str, Manifest]:
    """Return every service's manifest; raise `Stop` where two of them contradict each other."""
    with building():
        manifests = discover()
        declared(manifests)
        roles_of(manifests)
        table(manifests)
    return manifests

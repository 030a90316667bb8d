"""What a service does is what its manifest says; where the two differ, it does not start."""

from collections.abc import Collection, Mapping

from chassis.process.manifest import Manifest, ManifestInvalid, heard_by


def check(manifest: Manifest, heard: Collection[str], manifests: Mapping[str, Manifest]) -> None:
    """Compare a manifest with the subscriptions and contracts of its service.

    The others read the manifest: the broker's rights, the generated pages, the trace. Raises
    `ManifestInvalid` naming every difference.
    """
    said = heard_by(manifest, manifests)
    unknown = manifest.unheard.keys() - set(manifest.publishes)
    faults = [
        *(
            f"says that it hears {name}, without a subscription"
            for name in sorted(said - set(heard))
        ),
        *(f"does not say that it hears {name}" for name in sorted(set(heard) - said)),
        *(f"says that nobody hears {name}, which has no contract" for name in sorted(unknown)),
    ]
    if faults:
        raise ManifestInvalid(f"the manifest of {manifest.name} {'; '.join(faults)}")

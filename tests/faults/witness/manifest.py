"""The witness: a service that hears everything and writes each handling down, without any
guard. A timer set with each rings soon after, and some begin a job of several parts."""

from chassis.process.manifest import Manifest
from services.documents.manifest import MANIFEST as DOCUMENTS
from services.proposal.manifest import MANIFEST as PROPOSAL

MANIFEST = Manifest(
    name="witness",
    title={"id": "Saksi", "en": "Witness"},
    app="tests.faults.witness.app:create_app",
    scopes=("witness",),
    hears=(*PROPOSAL.publishes, *DOCUMENTS.publishes),
)

"""What the rest of the system may know of the documents service."""

from chassis.process.manifest import MEBIBYTE, Manifest, Route

MANIFEST = Manifest(
    name="documents",
    title={"id": "Dokumen", "en": "Documents"},
    app="services.documents.app:create_app",
    publishes=("document.stored.v1", "document.verified.v1", "document.refused.v1"),
    hears=("employee.changed.v1", "result_document.issued.v1"),
    routes=(
        Route("/api/documents/"),
        # One file of at most 10 MB and what multipart puts around it.
        Route("/api/documents/v1/documents", max_body=11 * MEBIBYTE, rate=10.0, burst=40),
    ),
    scopes=("documents",),
)

"""What the rest of the system may know of the documents service."""

from chassis.process.manifest import MEBIBYTE, Manifest, Route

MANIFEST = Manifest(
    name="documents",
    title={"id": "Dokumen", "en": "Documents"},
    app="services.documents.app:create_app",
    hears=("employee.changed.v1", "result_document.issued.v1"),
    # They are for applications that follow the feed.
    unheard={
        "document.stored.v1": "Whoever uploads holds the receipt, which others verify offline.",
        "document.verified.v1": "The archive that it fills is in documents itself.",
        "document.refused.v1": "The answer to the upload says it, and nothing was kept.",
    },
    routes=(
        Route("/api/documents/"),
        # One file of at most 10 MB and what multipart puts around it.
        Route("/api/documents/v1/documents", max_body=11 * MEBIBYTE, rate=10.0, burst=40),
    ),
    scopes=("documents",),
)

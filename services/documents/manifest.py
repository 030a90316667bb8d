"""What the rest of the system may know of the documents service."""

from chassis.process.config import Setting, long_secret
from chassis.process.manifest import KIBIBYTE, MEBIBYTE, Manifest, Route

MANIFEST = Manifest(
    name="documents",
    title={"id": "Dokumen", "en": "Documents"},
    hears=("employee.changed.v1", "result_document.issued.v1"),
    # They are for applications that follow the feed.
    unheard={
        "document.stored.v1": "Whoever uploads holds the receipt, which others verify offline.",
        "document.verified.v1": "The archive that it fills is in documents itself.",
    },
    routes=(
        Route("/api/documents/"),
        # One file of at most 10 MB and what multipart puts around it.
        Route("/api/documents/v1/documents", max_body=11 * MEBIBYTE, rate=10.0, burst=40),
        # One piece of a file, of at most 512 KiB.
        Route("/api/documents/v1/uploads", max_body=600 * KIBIBYTE, pieces=True),
        Route("/api/documents/v1/uploads/form", max_body=11 * MEBIBYTE, rate=10.0, burst=40),
    ),
    settings=(
        Setting(
            "STORE_URL",
            parse="services.documents.adapters.stores.opening:store_url",
            secret=True,
            help="file:/folder, or s3://KEY:SECRET@host:port/bucket?region=…&tls=no",
            embedded="file:{data}/objects",
        ),
        Setting(
            "SECRET_KEY",
            parse=long_secret,
            generated=True,
            help="Seals the keys that sign receipts.",
        ),
        Setting(
            "SCANNER_URL",
            default="none:",
            parse="services.documents.adapters.scanners.opening:scanner_url",
            help="Who looks for malware: clamd://host:port or clamd:/path/to/socket (ClamAV);"
            " none: nobody.",
        ),
        Setting(
            "SCANNER_DOWN",
            default="quarantine",
            parse="services.documents.adapters.scanners.opening:scanner_down",
            help="What happens to files while the scanner is away: quarantine (taken, opened to"
            " nobody until they are scanned) or refuse.",
        ),
        Setting(
            "PDF_ATTACHMENTS",
            default="none",
            parse="services.documents.domain.content_types:pdf_attachments",
            help="Which files a PDF may hold inside: none, or xml (PDF/A-3 with its data);"
            " xml:kota-x,kab-y allows it in these regions only.",
        ),
        Setting("UPLOADS_PER_DAY", default="200", parse=int, help="Files per person in 24 hours."),
        Setting(
            "UPLOAD_MEGABYTES_PER_DAY",
            default="500",
            parse=int,
            help="Megabytes per person in 24 hours.",
        ),
    ),
)

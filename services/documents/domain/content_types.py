"""What kinds of file are kept. Their first bytes decide which one is meant, never their name."""

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS = {PDF: ".pdf", XLSX: ".xlsx"}
XML_ATTACHMENTS = "xml"
_ZIP = b"PK\x03\x04"


def content_type_of(head: bytes) -> str:
    """Return what a file is to be checked as: a workbook if it begins as a zip, else a PDF."""
    return XLSX if head.startswith(_ZIP) else PDF


def pdf_attachments(text: str) -> str:
    """Read which files a PDF may hold: none or XML. Raises `ValueError`."""
    if text not in ("none", XML_ATTACHMENTS):
        raise ValueError(f"must be none or {XML_ATTACHMENTS}")
    return text

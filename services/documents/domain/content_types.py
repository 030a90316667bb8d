"""What kinds of file are kept. Their first bytes decide which one is meant, never their name."""

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS = {PDF: ".pdf", XLSX: ".xlsx"}
XML_ATTACHMENTS = "xml"
EVERYWHERE = "*"
_ZIP = b"PK\x03\x04"


def content_type_of(head: bytes) -> str:
    """Return what a file is to be checked as: a workbook if it begins as a zip, else a PDF."""
    return XLSX if head.startswith(_ZIP) else PDF


def pdf_attachments(text: str) -> frozenset[str]:
    """Read in which regions a PDF may hold XML: `none`, `xml` (in all) or `xml:kota-x,kab-y`.

    Raises `ValueError`.
    """
    kind, named, regions = text.partition(":")
    codes = frozenset(code.strip() for code in regions.split(","))
    if text == "none":
        return frozenset()
    if kind != XML_ATTACHMENTS or (named and "" in codes):
        raise ValueError(f"must be none, {XML_ATTACHMENTS} or {XML_ATTACHMENTS}:region,region")
    return codes if named else frozenset((EVERYWHERE,))

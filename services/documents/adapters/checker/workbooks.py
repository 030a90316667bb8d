"""Opens one XLSX workbook and says what is in it. Runs only in a limited child process.

Only what a workbook needs is allowed, so a part that nobody thought of is refused too.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from services.documents.adapters.checker.verdict import Unsuitable, Verdict
from services.documents.domain.limits import InspectionLimits

_ENDED = b"PK\x05\x06"
_END_SIZE = 22
_BLOCK = 1 << 16
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_ALLOWED = re.compile(
    r"\[Content_Types\]\.xml|(xl/|xl/worksheets/|xl/drawings/)?_rels/[\w.]*\.rels"
    r"|docProps/(app|core|custom)\.xml|xl/(workbook|styles|sharedStrings|metadata)\.xml"
    r"|xl/(worksheets|theme|tables|drawings|charts)/[a-z]+\d+\.xml|xl/media/image\d+\.(png|jpe?g)"
)
_FORBIDDEN: Mapping[str, re.Pattern[str]] = {
    "macro": re.compile("vba|macro|dialogsheet", re.IGNORECASE),
    "external_link": re.compile("externallink|connections|querytable", re.IGNORECASE),
    "embedded_object": re.compile("embeddings|oleobject|activex|ctrlprop|package$", re.IGNORECASE),
}
# What the standard library raises for an archive or a part that is not what it says.
_DAMAGES = (
    BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def inspect_workbook(file: BinaryIO, limits: InspectionLimits) -> Verdict:
    """Return the verdict on one workbook; `pages` counts its sheets. It raises nothing."""
    try:
        with ZipFile(file) as archive:
            return _Inspection(archive, limits).run(file)
    except Unsuitable as refused:
        return Verdict(code=refused.code, features=refused.features)
    except (MemoryError, RecursionError):
        return Verdict(code="workbook_too_complex")
    except _DAMAGES:
        return Verdict(code="workbook_damaged")


class _Inspection:
    def __init__(self, archive: ZipFile, limits: InspectionLimits) -> None:
        self.archive = archive
        self.limits = limits
        self.parts = archive.infolist()
        self.features: set[str] = set()
        self.unpacked = 0
        self.is_workbook = False

    def run(self, file: BinaryIO) -> Verdict:
        if len(self.parts) > self.limits.parts:
            raise Unsuitable("workbook_too_complex")
        self._check_archive(file)
        for part in self.parts:
            self._note_name(part.filename)
        for part in self.parts:
            self._read(part)
        if self.features:
            raise Unsuitable("workbook_has_active_content", tuple(sorted(self.features)))
        sheets = sum(bool(_SHEET.fullmatch(part.filename)) for part in self.parts)
        if not (self.is_workbook and sheets):
            raise Unsuitable("workbook_damaged")
        return Verdict(pages=sheets)

    def _check_archive(self, file: BinaryIO) -> None:
        """Refuse an archive with anything before, behind or twice in it: readers would differ."""
        file.seek(-_END_SIZE, 2)
        names = {part.filename.lower() for part in self.parts}
        if (
            file.read(len(_ENDED)) != _ENDED
            or min((part.header_offset for part in self.parts), default=1)
            or len(names) < len(self.parts)
            or any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in self.parts)
        ):
            raise Unsuitable("workbook_damaged")

    def _note_name(self, name: str) -> None:
        forbidden = set(_forbidden_in(name))
        if not forbidden and not _ALLOWED.fullmatch(name):
            forbidden = {"other_part"}
        self.features |= forbidden

    def _read(self, part: ZipInfo) -> None:
        """Unpack a part, which checks its size and sum; read it whole if it is XML."""
        parser = self._parser() if part.filename.endswith((".xml", ".rels")) else None
        with self.archive.open(part) as content:
            while block := content.read(_BLOCK):
                self.unpacked += len(block)
                if self.unpacked > self.limits.workbook_bytes:
                    raise Unsuitable("workbook_too_complex")
                if parser:
                    parser.Parse(block)
        if parser:
            parser.Parse(b"", True)  # noqa: FBT003 - it takes no names

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._element
        return parser

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        """Note what relations and declared kinds say, wherever they stand."""
        kind = name.rpartition(":")[2]
        if kind == "Relationship":
            if attributes.get("TargetMode", "").lower() == "external":
                self.features.add("external_link")
            self.features.update(_forbidden_in(attributes.get("Type", "").rpartition("/")[2]))
        elif kind in ("Override", "Default"):
            declared = attributes.get("ContentType", "")
            self.features.update(_forbidden_in(declared))
            self.is_workbook = self.is_workbook or declared == _WORKBOOK


def _forbidden_in(text: str) -> Iterator[str]:
    return (feature for feature, pattern in _FORBIDDEN.items() if pattern.search(text))


def _refuse_doctype(*_declared: object) -> None:
    raise Unsuitable("workbook_damaged")

"""Workbooks as services make them, and what may be wrong with one."""

import io
import zipfile
from collections.abc import Mapping

from chassis.http.spreadsheets import workbook

PARTS = "[Content_Types].xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


def a_workbook(*sheets: str) -> bytes:
    """A workbook with a text in each of its sheets."""
    file = io.BytesIO()
    with workbook(file, in_memory=True) as book:
        for title in sheets or ("Pegawai",):
            book.add_worksheet(title).write_string(0, 0, "=1+1")
    return file.getvalue()


def changed(parts: Mapping[str, bytes], content: bytes | None = None) -> bytes:
    """A workbook with these parts more, or instead of its own."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or a_workbook())) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name, part in ({name: old.read(name) for name in old.namelist()} | parts).items():
            new.writestr(name, part)
    return file.getvalue()


def with_text(part: str, old: str, new: str) -> bytes:
    """A workbook with other words in one of its parts."""
    with zipfile.ZipFile(io.BytesIO(a_workbook())) as book:
        text = book.read(part).decode()
    assert old in text
    return changed({part: text.replace(old, new, 1).encode()})


def related(kind: str, more: str = "") -> bytes:
    """A workbook that points to something of a kind."""
    relation = f'<Relationship Id="rId99" Type="http://x/{kind}" Target="y" {more}/>'
    return with_text(RELATIONS, "</Relationships>", f"{relation}</Relationships>")


ACTIVE = {
    "macro by its part": changed({"xl/vbaProject.bin": b"x"}),
    "macro by its relation": related("vbaProject"),
    "macro by its kind": with_text(PARTS, "sheet.main+xml", "sheet.macroEnabled.main+xml"),
    "external_link by its part": changed({"xl/externalLinks/externalLink1.xml": b"<x/>"}),
    "external_link by its relation": related("hyperlink", 'TargetMode="External"'),
    "embedded_object by its part": changed({"xl/embeddings/oleObject1.bin": b"x"}),
    "embedded_object by its relation": related("package"),
    "other_part by its part": changed({"xl/../../etc/passwd": b"x"}),
}
DAMAGED = {
    "only a zip": b"PK\x03\x04 and nothing",
    "cut short": a_workbook()[:-30],
    "something behind it": a_workbook() + b"%PDF-1.7 more",
    "a zip of something else": changed({"xl/worksheets/sheet1.xml": b"not XML"}),
    "no workbook in it": with_text(PARTS, "sheet.main+xml", "template.main+xml"),
    "entities": changed({"docProps/app.xml": b'<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'}),
}


def large() -> bytes:
    """A small workbook that unpacks to more than is looked at."""
    return changed({"xl/media/image1.png": b"\0" * (65 * 1_048_576)})


def of_many_parts() -> bytes:
    return changed({f"xl/media/image{number}.png": b"x" for number in range(501)})

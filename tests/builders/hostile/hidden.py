"""What one reader sees and another does not: keys said twice, objects no table names, old ends."""

import re
import struct
import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO
from zipfile import ZipFile

import pikepdf

from tests.builders.hostile.case import DAMAGED, ENCRYPTED, Hostile
from tests.builders.pdfs import PdfWriter, a_pdf
from tests.builders.updates import updated

_LAUNCH = "<< /S /Launch /F (cmd.exe) >>"
_SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
_RUNNING = f"1 0 obj\n<< /Type /Catalog /Pages 2 0 R /OpenAction {_LAUNCH} >>\nendobj\n"
_PLAIN_ROOT = "<< /Type /Catalog /Pages 2 0 R >>"


def _said_twice(first: str, second: str, where: str = "catalog") -> bytes:
    """Say a key twice: the library keeps the second, some viewers the first."""
    return a_pdf(**{where: f"{first} {second}"})


_TWICE = {
    "names with a script": (
        f"/Names << /JavaScript << /Names [(a) {_SCRIPT}] >> >>",
        "/Names << /Dests << /Names [] >> >>",
    ),
    "a form": ("/AcroForm << /XFA (x) /Fields [] >>", "/AcroForm << /Fields [] >>"),
    "notes of a program": (f"/PieceInfo << /A {_LAUNCH} >>", "/PieceInfo << >>"),
    "pages": (f"/Pages << /Kids [<< /AA << /O {_LAUNCH} >> >>] >>", ""),
}


def _root_twice() -> bytes:
    first = f"/Root << /Type /Catalog /Pages 2 0 R /OpenAction {_LAUNCH} >>"
    return a_pdf().replace(b"/Root", first.encode() + b" /Root")


def _filters_twice() -> bytes:
    data = zlib.compress(b"0 0 9 9 re f")
    return a_pdf(
        content="10 0 R",
        objects=(PdfWriter.stream_body(data, "/Filter /ASCIIHexDecode /Filter /FlateDecode"),),
    )


def _loose(written: str) -> bytes:
    """Lay an object into the file that its table does not name."""
    whole = a_pdf()
    at = whole.rindex(b"\nxref\n") + 1
    moved = whole[:at] + written.encode() + whole[at:]
    table = moved.rindex(b"xref\n0 ")
    return re.sub(rb"startxref\n\d+", b"startxref\n%d" % table, moved)


def _in_data(written: str) -> bytes:
    data = f"\nendstream\nendobj\n{written}9 0 obj\n<< >>\nstream\n".encode()
    return a_pdf(objects=(PdfWriter.stream_body(data),))


def _in_object_stream(number: int, body: str, packed: str = "") -> bytes:
    head = f"{number} 0 "
    data = zlib.compress((head + body).encode()) if packed else (head + body).encode()
    return a_pdf(
        objects=(PdfWriter.stream_body(data, f"/Type /ObjStm /N 1 /First {len(head)} {packed}"),)
    )


def _two_tables() -> bytes:
    """A table for old readers and a stream for new ones that name another catalog."""
    whole = a_pdf()
    table = whole.rindex(b"xref\n0 ")
    out = whole[:table] + _RUNNING.encode()
    row = struct.pack(">BIB", 1, table, 0)
    entries = "/Type /XRef /Size 99 /W [1 4 1] /Index [1 1] /Root 1 0 R"
    stream = b"98 0 obj\n" + PdfWriter.stream_body(row, entries) + b"\nendobj\n"
    end = whole[table:].replace(b"/Root", b"/XRefStm %d /Root" % len(out))
    moved = out + stream + end
    return re.sub(rb"startxref\n\d+", b"startxref\n%d" % (len(out) + len(stream)), moved)


def _two_object_streams() -> bytes:
    """Both hold an object of the same number; viewers take the one or the other."""
    streams = (f"77 0 {_SCRIPT}", "77 0 << /A 1 >>")
    return a_pdf(
        objects=[
            PdfWriter.stream_body(one.encode(), "/Type /ObjStm /N 1 /First 5") for one in streams
        ]
    )


def _second_trailer(*, behind: bool) -> bytes:
    trailer = f"trailer\n<< /Root << /Type /Catalog /OpenAction {_LAUNCH} >> >>\n".encode()
    if behind:
        return a_pdf().replace(b"startxref", trailer + b"startxref")
    return _loose(trailer.decode())


def _locked_before() -> bytes:
    locked = BytesIO()
    with pikepdf.open(BytesIO(a_pdf())) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(user="rahasia", owner="pemilik", R=4),
                 object_stream_mode=pikepdf.ObjectStreamMode.disable)  # fmt: skip
    page = "<< /Type /Page /Parent 90 0 R /MediaBox [0 0 9 9] >>"
    tree = "<< /Type /Pages /Kids [91 0 R] /Count 1 >>"
    root = int(re.search(rb"/Root (\d+)", locked.getvalue())[1])
    return updated(
        locked.getvalue(), {root: "<< /Type /Catalog /Pages 90 0 R >>", 90: tree, 91: page}
    )


def _replaced(written: Callable[[bytes], bytes]) -> bytes:
    """An update takes an action away; the end of the file before it is written in another way."""
    return updated(written(a_pdf(catalog=f"/OpenAction {_LAUNCH}")), {1: _PLAIN_ROOT})


_ENDS: dict[str, Callable[[bytes], bytes]] = {
    "with zeros": lambda whole: whole.replace(b"startxref\n", b"startxref\n00"),
    "with a comment": lambda whole: whole.replace(b"%%EOF", b"% akhir\n%%EOF"),
    "without its last line": lambda whole: whole.replace(b"%%EOF\n", b""),
    "with a word": lambda whole: whole.replace(b"%%EOF", b"x\n%%EOF"),
}


def _unreadable(number: str) -> bytes:
    """A number that the library cannot read, so that it sees nothing of the whole object."""
    action = f"<< /S /Launch /F (cmd.exe) /Z {number} >>"
    return a_pdf(catalog="/OpenAction 10 0 R", objects=(action,))


def _zip_inside() -> bytes:
    """A stream that is an archive: programs for archives find it from the end of the file."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Main-Class: Contoh")
    content = packed.getvalue()
    whole = a_pdf(objects=(PdfWriter.stream_body(content),))
    behind = len(whole) - whole.index(content) - len(content)
    return whole.replace(content, content[:-2] + struct.pack("<H", behind))


def _marked(mark: bytes, at: int) -> bytes:
    whole = a_pdf(header=b"%PDF-1.7\n" + b"% ".ljust(at + 99) + b"\n")
    return whole[:at] + mark + whole[at + len(mark) :]


_WANTED = ("launch", "javascript", "automatic_action", DAMAGED)
CASES = [
    *(
        Hostile(f"{what} said twice", partial(_said_twice, *said), _WANTED, framed=True)
        for what, said in _TWICE.items()
    ),
    Hostile("a root said twice", _root_twice, (DAMAGED,), framed=True),
    Hostile("filters said twice", _filters_twice, (DAMAGED,), framed=True),
    Hostile("a catalog no table names", partial(_loose, _RUNNING), _WANTED, a_pdf, framed=True),
    Hostile("a catalog no table names, in the middle of a line",
            partial(_loose, f"% x\n<< >> {_RUNNING}"), _WANTED, framed=True),
    Hostile("a catalog no table names, with a comment in it",
            partial(_loose, _RUNNING.replace("1 0", "1 % x\n0")), _WANTED, framed=True),
    Hostile("a script no table names", partial(_loose, f"77 0 obj\n{_SCRIPT}\nendobj\n"), _WANTED, framed=True),
    Hostile("an action in an object of a high number",
            lambda: updated(a_pdf(catalog="/OpenAction 7000 0 R"), {7000: _LAUNCH}), _WANTED, framed=True),
    Hostile("a script of a number far beyond the last",
            partial(_loose, f"9999 0 obj\n{_SCRIPT}\nendobj\n"), _WANTED, framed=True),
    Hostile("a catalog no table names behind words ahead",
            lambda: b"\n" * 99 + _loose(_RUNNING), _WANTED, framed=True),
    Hostile("a catalog in a stream's data", partial(_in_data, _RUNNING), _WANTED, framed=True),
    Hostile("a catalog in an object stream no table names",
            partial(_in_object_stream, 1, f"<< /Type /Catalog /OpenAction {_LAUNCH} >>"), _WANTED, framed=True),
    Hostile("a script in an object stream no table names, deflated",
            partial(_in_object_stream, 77, _SCRIPT, "/Filter /FlateDecode"), _WANTED, framed=True),
    *(
        Hostile(f"a script no table names {how}", partial(_loose, f"null\nendobj{head}{_SCRIPT}\nendobj\n"), _WANTED, framed=True)
        for how, head in (("with zeros ahead", "\n0000000077 00000 obj"), ("with a sign", "\n+77 0 obj"),
                          ("behind a bracket", "\n<< >>77 0 obj"), ("between zeros", "\n\x0077\x000\x00obj"))
    ),
    Hostile("a second trailer with a catalog in it", partial(_second_trailer, behind=True), _WANTED, framed=True),
    Hostile("a trailer ahead with a catalog in it", partial(_second_trailer, behind=False), _WANTED, framed=True),
    Hostile("a revision with a password before a plain one", _locked_before, (ENCRYPTED,), framed=True),
    Hostile("a script no table names with a long comment in its head",
            partial(_loose, f"77 %{'x' * 999}\n0 obj\n{_SCRIPT}\nendobj\n"), _WANTED, framed=True),
    Hostile("a script of a number without end in an object stream no table names",
            partial(_in_object_stream, 9_999_999, _SCRIPT), _WANTED, framed=True),
    Hostile("a script in one of two object streams no table names", _two_object_streams, _WANTED, framed=True),
    Hostile("another catalog for new readers", _two_tables, _WANTED, framed=True),
    *(
        Hostile(f"an action in a revision that ends {how}", partial(_replaced, written), _WANTED, framed=True)
        for how, written in _ENDS.items()
    ),
    *(
        Hostile(f"an action beside {what}", partial(_unreadable, number), (DAMAGED,), framed=True)
        for what, number in (("a number of 400 digits", "9" * 400), ("a number beyond 64 bits", "9" * 20),
                             ("a reference beyond all", f"{'9' * 10} 0 R"))
    ),
    Hostile("an archive inside", _zip_inside, (DAMAGED,), framed=True),
    Hostile("a tape's archive", partial(_marked, b"ustar\x0000", 257), (DAMAGED,), framed=True),
    Hostile("a disk's image", partial(_marked, b"CD001\x01", 32_769), (DAMAGED,), framed=True),
]  # fmt: skip

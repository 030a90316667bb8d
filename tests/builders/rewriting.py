"""The same PDF said in other words: what a reader shows, and what a check must say, stays the same.

Every object is kept, also those nothing points to. What is wrong with a file's own frame (its
table, its end) is not: a file that cannot be opened cannot be rewritten.
"""

import io
import string
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from tests.builders.pdfs import PdfWriter, a_pdf

_FRAME = (Name.ObjStm, Name.XRef)
_REGULAR = (string.ascii_letters + string.digits + "_-+.,:;*!$&'=?@^|~").encode()
_OF_THE_FRAME = {
    "/Size", "/Prev", "/Root", "/XRefStm", "/Encrypt", "/Type", "/W", "/Index",
    "/Filter", "/DecodeParms", "/Length",
}  # fmt: skip


class _Copy:
    """A file's objects with new numbers, each written as it is told.

    `apart` are kinds of values that become objects of their own, `hexed` spells names and strings
    in hex digits.
    """

    def __init__(self, content: bytes, *, apart: tuple[Any, ...] = (), hexed: bool = False) -> None:
        self.apart = apart
        self.hexed = hexed
        self.writer = PdfWriter()
        with pikepdf.open(io.BytesIO(content), inherit_page_attributes=False) as pdf:
            kept = _kept(pdf)
            self.numbers = {one.objgen: self.writer.add("null") for one in kept}
            for one in kept:
                self.writer.replace(self.numbers[one.objgen], self._body(one))
            entries = ((key, value) for key, value in pdf.trailer.items())
            named = {key: value for key, value in entries if key not in _OF_THE_FRAME}
            self.trailer = b" ".join(self._entries(named)).decode("latin-1")
            self.root = self.numbers[pdf.trailer.Root.objgen]

    def _body(self, value: Any) -> bytes:
        if isinstance(value, Stream):
            data = value.read_raw_bytes()
            entries = {key: item for key, item in value.items() if key != "/Length"}
            written = b" ".join(self._entries(entries)).decode("latin-1")
            return PdfWriter.stream_body(data, written)
        if isinstance(value, Dictionary):
            return b"<< " + b" ".join(self._entries(dict(value.items()))) + b" >>"
        if isinstance(value, Array):
            return b"[" + b" ".join(map(self._value, value.as_list())) + b"]"
        return self._scalar(value)

    def _entries(self, entries: Mapping[str, Any]) -> Iterator[bytes]:
        for key, value in entries.items():
            letters = key[1:].encode("utf-8", "surrogateescape")
            yield self._name(letters) + b" " + self._value(value)

    def _value(self, value: Any) -> bytes:
        if isinstance(value, Object) and value.is_indirect:
            number = self.numbers.get(value.objgen)
            return b"null" if number is None else b"%d 0 R" % number
        body = self._body(value)
        return b"%d 0 R" % self.writer.add(body) if isinstance(value, self.apart) else body

    def _scalar(self, value: Any) -> bytes:
        if isinstance(value, Name):
            return self._name(_bytes_of(value.unparse(resolved=True)))
        if isinstance(value, String):
            in_hex = b"<" + bytes(value).hex().encode() + b">"
            return in_hex if self.hexed else value.unparse(resolved=True)
        if value is None or isinstance(value, bool):
            return {None: b"null", True: b"true", False: b"false"}[value]
        return value.unparse() if isinstance(value, Object) else str(value).encode()

    def _name(self, letters: bytes) -> bytes:
        plain = b"" if self.hexed else _REGULAR
        return b"/" + b"".join(b"%c" % one if one in plain else b"#%02x" % one for one in letters)


def _bytes_of(written: bytes) -> bytes:
    """Return what a name stands for, without its slash."""
    first, *others = written[1:].split(b"#")
    return first + b"".join(bytes.fromhex(part[:2].decode()) + part[2:] for part in others)


def _kept(pdf: pikepdf.Pdf) -> list[Object]:
    """Return all objects but numbers, which are written where they are used, and the frame's."""
    objects = (one for one in pdf.objects if isinstance(one, Object))
    return [one for one in objects if not (isinstance(one, Stream) and one.get("/Type") in _FRAME)]


def written_anew(content: bytes) -> bytes:
    """Write the objects once more, one by one, with a plain table."""
    copy = _Copy(content)
    return copy.writer.write(copy.root, copy.trailer)


def names_apart(content: bytes) -> bytes:
    """Each name that is a value becomes an object of its own, referred to."""
    copy = _Copy(content, apart=(Name,))
    return copy.writer.write(copy.root, copy.trailer)


def all_apart(content: bytes) -> bytes:
    """Each value that can be referred to is: names, texts, lists, dictionaries."""
    copy = _Copy(content, apart=(Name, String, Array, Dictionary))
    return copy.writer.write(copy.root, copy.trailer)


def in_hex(content: bytes) -> bytes:
    """Each letter of each name is `#xx`, each text is in hex digits."""
    copy = _Copy(content, hexed=True)
    return copy.writer.write(copy.root, copy.trailer)


def in_object_streams(content: bytes) -> bytes:
    """All but streams lie compressed in object streams, names apart."""
    copy = _Copy(content, apart=(Name,))
    return copy.writer.write_compressed(copy.root, copy.trailer)


def in_an_update(content: bytes) -> bytes:
    """A harmless file comes first; an incremental update replaces all of it."""
    before = a_pdf("Isi lama")
    start = before.rindex(b"startxref\n") + len(b"startxref\n")
    table = int(before[start:].split(b"\n")[0])
    copy = _Copy(content)
    copy.writer.header = before
    return copy.writer.write(copy.root, f"{copy.trailer} /Prev {table}")


def encrypted(content: bytes, revision: int, *, user: str = "") -> bytes:
    """Encrypt by one of the five revisions; an empty user password opens it unasked."""
    by = {"aes": True} if revision >= 4 else {"aes": False, "metadata": False}
    key = pikepdf.Encryption(owner="pemilik", user=user, R=revision, **by)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content), inherit_page_attributes=False) as pdf:
        # What nothing points to would not be saved.
        pdf.trailer["/Simpul.Kept"] = Array(_kept(pdf))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the fifth is deprecated and in use
            pdf.save(out, encryption=key, compress_streams=False, fix_metadata_version=False)
    return out.getvalue()


REVISIONS = (2, 3, 4, 5, 6)
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "names apart": names_apart,
    "all apart": all_apart,
    "in hex": in_hex,
    "in object streams": in_object_streams,
    "in an update": in_an_update,
    **{
        f"encrypted by revision {number}": partial(encrypted, revision=number)
        for number in REVISIONS
    },
}

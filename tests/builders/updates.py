"""Incremental updates: objects written behind a file, with a table of their own."""

import re
from collections.abc import Mapping


def updated(before: bytes, objects: Mapping[int, str | bytes], entries: str = "") -> bytes:
    """Replace or add objects by an update; the root and the size stay unless `entries` say more.

    `before` must end with a table, not with a cross-reference stream.
    """
    trailer = before[before.rindex(b"trailer") :]
    table = re.search(rb"startxref\s+(\d+)", trailer)[1].decode()
    root = re.search(rb"/Root (\d+ 0 R)", trailer)[1].decode()
    size = max(int(re.search(rb"/Size (\d+)", trailer)[1]), *(number + 1 for number in objects))
    out, rows = bytearray(before), ""
    for number, body in sorted(objects.items()):
        rows += f"{number} 1\n{len(out):010} 00000 n \n"
        written = body.encode("latin-1") if isinstance(body, str) else body
        out += f"{number} 0 obj\n".encode() + written + b"\nendobj\n"
    end = f"xref\n{rows}trailer\n<< /Size {size} /Root {root} /Prev {table} {entries} >>\n"
    return bytes(out) + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()

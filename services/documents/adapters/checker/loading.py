"""What the libraries load or open at their first use: done here, because a child can do neither."""

import encodings.cp437  # noqa: F401 - how the names of an archive are read
import os
import stat
from io import BytesIO

from pikepdf import Encryption, Pdf

_RANDOM_DEVICE = (1, 9)
_FIRST, _LAST = 3, 64


def load_lazily() -> frozenset[int]:
    """Use the PDF library once; return the descriptors from which it goes on reading."""
    locked = BytesIO()
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        with pdf.open_metadata():
            pass
        pdf.save(locked, encryption=Encryption(user="", owner="owner"))
    with Pdf.open(locked) as opened:
        opened.save(BytesIO())
    return frozenset(filter(_is_random, range(_FIRST, _LAST)))


def _is_random(descriptor: int) -> bool:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    device = (os.major(found.st_rdev), os.minor(found.st_rdev))
    return stat.S_ISCHR(found.st_mode) and device == _RANDOM_DEVICE

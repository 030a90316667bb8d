"""What the libraries load or open at their first use: done here, because a child can do neither."""

import codecs
import os
import stat
from io import BytesIO

from pikepdf import Encryption, Pdf

from services.documents.adapters.checker.inspection import inspect
from services.documents.domain.limits import InspectionLimits

# How texts in files are written; each is a module that is imported when first asked for.
_CODECS = ("ascii", "cp437", "cp1252", "latin-1", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le")
_RANDOM_DEVICE = (1, 9)
_FIRST, _LAST = 3, 64


def load_lazily() -> frozenset[int]:
    """Use codecs and the PDF library once; return the descriptors from which it goes on reading.

    A file is inspected too: what that touches is shared by all children, who copy it otherwise.
    """
    for codec in _CODECS:
        codecs.lookup(codec)
    locked = BytesIO()
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        with pdf.open_metadata():
            pass
        pdf.save(locked, encryption=Encryption(user="", owner="owner"))
    with Pdf.open(locked) as opened:
        opened.save(BytesIO())
    inspect(locked, InspectionLimits())
    return frozenset(filter(_is_random, range(_FIRST, _LAST)))


def _is_random(descriptor: int) -> bool:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    device = (os.major(found.st_rdev), os.minor(found.st_rdev))
    return stat.S_ISCHR(found.st_mode) and device == _RANDOM_DEVICE

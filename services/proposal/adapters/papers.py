"""Papers for people, set by Typst from the templates in `papers/`."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import segno

from chassis.process.runtime import here
from chassis.run.typesetting import typeset
from services.proposal.manifest import MANIFEST

_TEMPLATES = Path(__file__).parents[1] / "papers"
# The portal's page where anybody looks up a proposal with its number and code (R20).
_STATUS_PAGE = "/portal/status"
_MASK = 2


def receipt_pdf(facts: Mapping[str, Any]) -> bytes:
    """Set the receipt of a proposal. Raises `PaperNotSet`."""
    address = here().settings.public_url + _STATUS_PAGE
    numbered = f"{address}?{urlencode({'number': facts['number']})}"
    texts = MANIFEST.texts.labels["receipt"]
    more = {
        "texts": {code: text[facts["language"]] for code, text in texts.items()},
        "status_address": address,
        "status_code": _square_code(numbered),
    }
    return typeset(_TEMPLATES / "receipt.typ", {**facts, **more})


def _square_code(address: str) -> str:
    # Every mask is read; weighing all eight for the best took most of this paper's time here.
    svg = io.BytesIO()
    segno.make_qr(address, error="m", mask=_MASK).save(svg, kind="svg", border=0, xmldecl=False)
    return svg.getvalue().decode()

"""QR codes as inline SVG, so that no picture is fetched and no script needed."""

import segno


def qr_svg(text: str) -> str:
    """Draw `text` as an SVG element for a page."""
    return str(segno.make(text, error="m").svg_inline(scale=5, border=2))

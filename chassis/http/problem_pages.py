"""A problem as a page, for a browser that opened an address where programs are answered.

The frame is that of the first page; its stylesheet is served by the gateway.
"""

from html import escape
from string import Template

from chassis.kernel.languages import DEFAULT_LANGUAGE

CONTENT_TYPE = "text/html; charset=utf-8"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
VARY = "Accept, Accept-Language, Cookie"
_WORDS = {
    "id": {"back": "Ke halaman awal", "number": "Nomor permintaan"},
    "en": {"back": "To the first page", "number": "Request number"},
}
_FRAME = Template("""\
<!doctype html>
<html lang="$language">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>$title · Simpul</title>
  <link rel="icon" href="/portal/static/simpul.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/front/first.css">
</head>
<body>
<main>
  <p class="lead">Simpul</p>
  <h1>$title</h1>
  <p>$detail</p>
  $reasons
  <p><a class="button" href="/">$back</a></p>
  <p>$number: <code>$request_id</code></p>
</main>
</body>
</html>
""")


def page(
    title: str, detail: str, request_id: str, language: str, reasons: tuple[str, ...] = ()
) -> str:
    """Write the page. `request_id` may be the name of a variable that nginx fills in."""
    listed = "".join(f"<li>{escape(reason)}</li>" for reason in reasons)
    return _FRAME.substitute(
        _WORDS.get(language) or _WORDS[DEFAULT_LANGUAGE],
        language=language,
        title=escape(title),
        detail=escape(detail),
        reasons=f"<ul>{listed}</ul>" if listed else "",
        request_id=escape(request_id),
    )

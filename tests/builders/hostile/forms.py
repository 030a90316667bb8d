"""Forms with scripts that are more than Acrobat's own formatting calls."""

from functools import partial

from tests.builders.hostile.case import Hostile
from tests.builders.pdfs import PdfWriter, a_pdf, a_signed_pdf
from tests.builders.updates import updated

PLAIN = 'AFNumber_Format(2, 0, 0, 0, "", true);'


def field(script: str | bytes, event: str = "F") -> bytes:
    """Build a form with one field; the script is what happens at an event of it."""
    content = script if isinstance(script, bytes) else script.encode("latin-1")
    action = f"<< /S /JavaScript /JS <{content.hex()}> >>"
    return _with(f"/AA << /{event} {action} >>")


def _with(entries: str, *objects: str | bytes, form: str = "") -> bytes:
    widget = f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (gaji) /Rect [0 0 99 20] {entries} >>"
    catalog = f"/AcroForm << /Fields [10 0 R] {form} >>"
    return a_pdf(catalog=catalog, page="/Annots [10 0 R]", objects=(widget, *objects))


def _streamed(script: bytes) -> bytes:
    action = "/AA << /F << /S /JavaScript /JS 11 0 R >> >>"
    return _with(action, PdfWriter.stream_body(script))


_SCRIPTS: dict[str, str | bytes] = {
    "an alert": "app.alert(1);",
    "a call and an alert": PLAIN + "app.alert(1);",
    "an alert on the next line": PLAIN + "\rapp.alert(1)",
    "an alert after a comment": "/* AFNumber_Format(2) */ app.alert(1)",
    "an alert behind a comment's end": "AFNumber_Format(2, 0, 0, 0, //\napp.alert(1), true)",
    "a call within a call": "AFNumber_Format(app.alert(1), 0, 0, 0, '', true)",
    "a call by another name": "this['AFNumber_Format'](2)",
    "a function that only begins so": "AFNumber_Formatted(2)",
    "a function of its own": "function AFNumber_Format() {} app.alert(1)",
    "a variable": "AFNumber_Format(n, 0, 0, 0, '', true)",
    "a sum": "AFNumber_Format(1 + app.alert(1), 0, 0, 0, '', true)",
    "a text that ends early": "AFNumber_Format(2, 0, 0, 0, '', true); '\\'; app.alert(1); '",
    "a text over a line": "AFDate_FormatEx('dd\nmm')",
    "a text with an escape": "AFDate_FormatEx('\\u0061')",
    "a template text": "AFDate_FormatEx(`${app.alert(1)}`)",
    "a regular expression": "AFSpecial_Format(/a/.exec(app.alert(1)))",
    "the file's fields": "AFSimple_Calculate('SUM', new Array(this.getField('a')))",
    "an array with a call": "AFSimple_Calculate('SUM', [app.alert(1)])",
    "the address of a page": "app.launchURL('https://contoh.example/', true)",
    "the form sent": "this.submitForm('https://contoh.example/')",
    "mail": "this.mailDoc()",
    "evaluated text": "eval('AFNumber_Format(2)')",
    "a dot behind the call": "AFNumber_Format(2).constructor('app.alert(1)')()",
    "a comma behind the call": "AFNumber_Format(2), app.alert(1)",
    "an assignment": "event.value = app.viewerVersion",
    "letters by number": "\\u0061pp.alert(1)",
    "UTF-16": "app.alert(1)".encode("utf-16"),
    "UTF-8": b"\xef\xbb\xbfapp.alert(1)",
    "a script made long": PLAIN * 4_000,
}
_EVENTS = {"K": "typed", "V": "checked", "C": "computed"}
_OTHER = "app.alert\\(1\\)"


def _signed_and_changed() -> bytes:
    """A signed file to which an update adds what its signer never saw."""
    action = f"/OpenAction << /S /JavaScript /JS ({_OTHER}) >>"
    form = "/AcroForm << /Fields [11 0 R] /SigFlags 3 >>"
    return updated(a_signed_pdf(), {1: f"<< /Type /Catalog /Pages 2 0 R {form} {action} >>"})


CASES = [
    *(
        Hostile(f"field with {name}", partial(field, script), ("javascript",), partial(field, PLAIN))
        for name, script in _SCRIPTS.items()
    ),
    *(
        Hostile(f"field with a script when {when}", partial(field, "app.alert(1)", event), ("javascript",))
        for event, when in _EVENTS.items()
    ),
    Hostile("field with a script in a stream", lambda: _streamed(b"app.alert(1)"), ("javascript",),
            lambda: _streamed(PLAIN.encode())),
    Hostile("field that formats and then acts",
            lambda: _with(f"/AA << /F << /S /JavaScript /JS (AFNumber_Format\\(2\\)) /Next << /S /JavaScript /JS ({_OTHER}) >> >> >>"),
            ("javascript",)),
    Hostile("formatting call when opened",
            lambda: a_pdf(catalog="/OpenAction << /S /JavaScript /JS (AFNumber_Format\\(2\\)) >>"),
            ("javascript", "automatic_action")),
    Hostile("formatting call when a page opens",
            lambda: a_pdf(page="/AA << /O << /S /JavaScript /JS (AFNumber_Format\\(2\\)) >> >>"),
            ("javascript", "automatic_action")),
    Hostile("field of a list with a script when entered",
            lambda: _with(f"/AA << /Fo << /S /JavaScript /JS ({_OTHER}) >> >>"), ("javascript",)),
    Hostile("script without a text", lambda: _with("/AA << /F << /S /JavaScript >> >>"), ("javascript",)),
    Hostile("script that is a name", lambda: _with("/AA << /F << /S /JavaScript /JS /app.alert >> >>"),
            ("javascript",)),
    Hostile("signed form that gets a script in an update", _signed_and_changed, ("javascript",)),
]  # fmt: skip

"""Every action that is forbidden, in every place where an action may stand."""

from collections.abc import Callable
from functools import partial

from tests.builders.hostile.case import Hostile
from tests.builders.pdfs import PdfWriter, a_pdf
from tests.builders.updates import updated

_GO = "/S /GoTo /D (bab)"
HARMLESS = f"<< {_GO} >>"
_ALERT = "(app.alert\\(1\\))"
_SPEC = "<< /Type /Filespec /F (a.pdf) /UF (a.pdf) >>"

# Each with the feature that a refusal names.
ACTIONS: dict[str, tuple[str, str]] = {
    "script": (f"<< /S /JavaScript /JS {_ALERT} >>", "javascript"),
    "script in an object": ("<< /S /JavaScript /JS 10 0 R >>", "javascript"),
    "script of a link": ("<< /S /URI /URI (javascript:alert\\(1\\)) >>", "javascript"),
    "launch": ("<< /S /Launch /F (cmd.exe) >>", "launch"),
    "launch by its system": ("<< /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >>", "launch"),
    "launch without the type": ("<< /Type /Action /S /Launch /Unix (sh) >>", "launch"),
    "form sent away": ("<< /S /SubmitForm /F (https://contoh.example/) >>", "submit_form"),
    "form sent by mail": ("<< /S /SubmitForm /F << /FS /URL /F (mailto:a@b) >> >>", "submit_form"),
    "data fetched": ("<< /S /ImportData /F (a.fdf) >>", "import_data"),
    "another file": (f"<< /S /GoToR /F {_SPEC} /D [0 /Fit] >>", "remote_go_to"),
    "a share": (r"<< /S /GoToR /F (\\\\192.0.2.1\\s\\a.pdf) /D [0 /Fit] >>", "remote_go_to"),
    "a file inside": ("<< /S /GoToE /D [0 /Fit] /T << /R /C /N (a) >> >>", "remote_go_to"),
    "a view in 3D": ("<< /S /GoTo3DView /TA 3 0 R /V /F >>", "rich_media"),
    "rich media run": ("<< /S /RichMediaExecute /TA 3 0 R /CMD << /C (x) >> >>", "rich_media"),
    "rendition": ("<< /S /Rendition /OP 0 /R << /S /MR >> >>", "rich_media"),
    "film": ("<< /S /Movie /T (a) /Operation /Play >>", "rich_media"),
    "sound": ("<< /S /Sound /Sound 3 0 R >>", "rich_media"),
    "article elsewhere": ("<< /S /Thread /F (a.pdf) /D 0 >>", "external_file"),
    "a local address": ("<< /S /URI /URI (file:///C:/Windows/System32/calc.exe) >>", "unsafe_address"),
    "a program's menu": ("<< /S /Named /N /SaveAs >>", "other_action"),
    "of an unknown kind": ("<< /S /Execute /C (calc) >>", "other_action"),
}  # fmt: skip
SCRIPT = PdfWriter.stream_body(b"app.alert(1)")


def _annotation(entries: str) -> str:
    return f"<< /Type /Annot /Rect [0 0 99 99] {entries} >>"


def _on_page(entries: str, action: str) -> bytes:
    annotation = _annotation(entries.format(a=action))
    return a_pdf(page="/Annots [11 0 R]", objects=(SCRIPT, annotation))


def _in_catalog(entries: str, action: str, *objects: str) -> bytes:
    return a_pdf(catalog=entries.format(a=action), objects=(SCRIPT, *objects))


def _in_outline(action: str) -> bytes:
    item = f"<< /Title (Bab) /Parent 11 0 R /A {action} >>"
    tree = "<< /Type /Outlines /First 12 0 R /Last 12 0 R /Count 1 >>"
    return _in_catalog("/Outlines 11 0 R", "", tree, item)


def _in_field(event: str, action: str) -> bytes:
    field = _annotation(f"/Subtype /Widget /FT /Tx /T (nama) /AA << /{event} {action} >>")
    form = "/AcroForm << /Fields [11 0 R] >>"
    return a_pdf(catalog=form, page="/Annots [11 0 R]", objects=(SCRIPT, field))


def _in_parent_field(action: str) -> bytes:
    parent = f"<< /FT /Tx /T (alamat) /Kids [12 0 R] /AA << /V {action} >> >>"
    kid = _annotation("/Subtype /Widget /Parent 11 0 R")
    form = "/AcroForm << /Fields [11 0 R] >>"
    return a_pdf(catalog=form, page="/Annots [12 0 R]", objects=(SCRIPT, parent, kid))


def _at_the_end_of_a_chain(action: str) -> bytes:
    chain = [f"<< {_GO} /Next {number} 0 R >>" for number in range(12, 22)]
    return _in_catalog("/OpenAction 11 0 R", "", *chain, action)


def _in_an_update(action: str) -> bytes:
    """A plain file with a link, whose action an incremental update replaces."""
    before = _on_page("/Subtype /Link /A << /S /GoTo /D (bab) >>", "")
    return updated(before, {11: _annotation(f"/Subtype /Link /A {action}")})


PLACES: dict[str, Callable[[str], bytes]] = {
    "when opened": partial(_in_catalog, "/OpenAction {a}"),
    "after going to a page": partial(_in_catalog, f"/OpenAction << {_GO} /Next {{a}} >>"),
    "in a list of what follows": partial(
        _in_catalog, f"/OpenAction << {_GO} /Next [{HARMLESS} {{a}}] >>"
    ),
    "at the end of a chain": _at_the_end_of_a_chain,
    "when closed": partial(_in_catalog, "/AA << /WC {a} >>"),
    "before printing": partial(_in_catalog, "/AA << /WP {a} >>"),
    "when a page opens": lambda action: a_pdf(page=f"/AA << /O {action} >>", objects=(SCRIPT,)),
    "when a page closes": lambda action: a_pdf(page=f"/AA << /C {action} >>", objects=(SCRIPT,)),
    "behind a link": partial(_on_page, "/Subtype /Link /A {a}"),
    "behind a link's second": partial(_on_page, f"/Subtype /Link /A << {_GO} /Next {{a}} >>"),
    "behind a button": partial(_on_page, "/Subtype /Widget /FT /Btn /Ff 65536 /T (b) /A {a}"),
    "behind a stamp": partial(_on_page, "/Subtype /Stamp /A {a}"),
    "when touched": partial(_on_page, "/Subtype /Widget /FT /Btn /T (b) /AA << /E {a} >>"),
    "when its page is seen": partial(_on_page, "/Subtype /Link /AA << /PV {a} >>"),
    "in the outline": _in_outline,
    "when typed": partial(_in_field, "K"),
    "when computed": partial(_in_field, "C"),
    "when a field is left": partial(_in_field, "Bl"),
    "in a field above": _in_parent_field,
    "in an update": _in_an_update,
}  # fmt: skip


def _cases() -> list[Hostile]:
    return [
        Hostile(
            f"{what} {where}",
            partial(build, action),
            # What runs by itself may be refused for that alone.
            (feature, "automatic_action"),
            partial(build, HARMLESS),
        )
        for where, build in PLACES.items()
        for what, (action, feature) in ACTIONS.items()
    ]


def _alone(action: str) -> bytes:
    return a_pdf(objects=(SCRIPT, action))


def _named(tree: str, *objects: str) -> bytes:
    return _in_catalog(f"/Names << /JavaScript {tree} >>", "", *objects)


_SCRIPTED = f"<< /S /JavaScript /JS {_ALERT} >>"
_WEB = "<< /S /URI /URI (https://contoh.example/) >>"
_PRINT = "<< /S /Named /N /Print >>"
CASES = [
    *_cases(),
    *(
        Hostile(f"{what} that nothing points to", partial(_alone, action), (feature,))
        for what, (action, feature) in ACTIONS.items()
        if feature not in ("other_action", "automatic_action")  # only a place makes it an action
    ),
    Hostile("script by name", lambda: _named(f"<< /Names [(a) {_SCRIPTED}] >>"), ("javascript",)),
    Hostile(
        "script by name, further down",
        lambda: _named("<< /Kids [11 0 R] >>", "<< /Names [(a) 12 0 R] >>", _SCRIPTED),
        ("javascript",),
    ),
    Hostile("web page when opened", lambda: PLACES["when opened"](_WEB), ("automatic_action",)),
    Hostile("web page by a page", lambda: PLACES["when a page opens"](_WEB), ("automatic_action",)),
    Hostile("web page at a touch", lambda: PLACES["when touched"](_WEB), ("automatic_action",)),
    Hostile("printed by each page", lambda: PLACES["when a page opens"](_PRINT), ("automatic_action",)),
    Hostile(
        "an action that follows itself",
        lambda: _in_catalog("/OpenAction 11 0 R", "", f"<< {_GO} /Next 11 0 R >>"),
        ("automatic_action", "document_too_complex"),
    ),
    Hostile(
        "an action and a second one by the same key",
        lambda: _in_catalog(f"/OpenAction {_SCRIPTED} /OpenAction {HARMLESS}", ""),
        ("javascript", "automatic_action", "document_damaged"),
        framed=True,
    ),
]  # fmt: skip

"""Pages are UTF-8 and so are the forms they send; what comes in anything else is not guessed at.

A field with bytes that are no letters goes on with a mark in their place. No service takes the
mark in a text (R36), so the page that comes back says at the field what to type again.
"""

import re
from urllib.parse import parse_qsl

from flask import Response, abort, current_app, request
from werkzeug.datastructures import ImmutableMultiDict

_READABLE = {"", "utf-8", "utf8", "us-ascii", "ascii"}
_URLENCODED = "application/x-www-form-urlencoded"
_NO_LETTER = "\N{REPLACEMENT CHARACTER}"  # where bytes of a text were no UTF-8
_MARK = "\uffff"
_NOT_SHOWN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class FormUnreadable(Exception):
    """The letters of a form cannot be told; the page says how to send it again."""


def is_too_long() -> bool:
    """Tell whether a form is longer than one is read; Werkzeug counts only forms in parts."""
    length = request.content_length or 0
    return request.mimetype == _URLENCODED and length > current_app.config["MAX_FORM_MEMORY_SIZE"]


def read_form() -> None:
    """Read a form, and stop one that is in another encoding, or too long.

    Raises `FormUnreadable` or `RequestEntityTooLarge`.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if is_too_long():
        abort(413)
    if not _is_readable(request.mimetype_params.get("charset", "")):
        raise FormUnreadable
    pairs = [(name, text.replace(_NO_LETTER, _MARK)) for name, text in _pairs()]
    request.files = request.files if request.mimetype != _URLENCODED else ImmutableMultiDict()
    request.form = ImmutableMultiDict(pairs)
    if not _is_readable(request.form.get("_charset_", "")):
        raise FormUnreadable


def with_what_can_be_shown(response: Response) -> Response:
    """Show a mark that people know for each character of a form that no page can show."""
    may_repeat = request.method == "POST" or b"%" in request.query_string
    if may_repeat and response.mimetype == "text/html":
        page = response.get_data(as_text=True)
        if _NOT_SHOWN.search(page):
            response.set_data(shown(page))
    return response


def shown(text: str) -> str:
    """Put a mark that people know in the place of what no page can show."""
    return _NOT_SHOWN.sub(_NO_LETTER, text)


def _is_readable(name: str) -> bool:
    return name.strip("\"' ").lower() in _READABLE


def _pairs() -> list[tuple[str, str]]:
    """Read an ordinary form here: of bytes that are no UTF-8 Werkzeug keeps nothing or escapes."""
    if request.mimetype != _URLENCODED:
        return list(request.form.items(multi=True))
    plain = request.get_data().decode("utf-8", "replace")
    return parse_qsl(plain, keep_blank_values=True, errors="replace")

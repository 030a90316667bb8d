"""Pages are UTF-8 and so are the forms they send; what comes in anything else is not guessed at."""

from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from flask import abort, current_app, request

_READABLE = {"", "utf-8", "utf8", "us-ascii", "ascii"}
_URLENCODED = "application/x-www-form-urlencoded"
_NO_CHARACTER = "\N{REPLACEMENT CHARACTER}"  # where bytes of a part were no UTF-8


class FormUnreadable(Exception):
    """The letters of a form cannot be told; the page says how to send it again."""


def is_too_long() -> bool:
    """Tell whether a form is longer than one is read; Werkzeug counts only forms in parts."""
    length = request.content_length or 0
    return request.mimetype == _URLENCODED and length > current_app.config["MAX_FORM_MEMORY_SIZE"]


def refuse_unreadable_forms() -> None:
    """Stop a form that is not UTF-8, or too long.

    Raises `FormUnreadable` or `RequestEntityTooLarge`.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if is_too_long():
        abort(413)
    if not _is_readable(request.mimetype_params.get("charset", "")) or not _is_utf8():
        raise FormUnreadable
    if not _is_readable(request.form.get("_charset_", "")):
        raise FormUnreadable
    if any(_NO_CHARACTER in text for text in _texts()):
        raise FormUnreadable


def _is_readable(name: str) -> bool:
    return name.strip("\"' ").lower() in _READABLE


def _is_utf8() -> bool:
    """Read the bytes of a form in one piece, of which Werkzeug would keep nothing or escapes."""
    if request.mimetype != _URLENCODED:
        return True
    try:
        return "\0" not in unquote_to_bytes(request.get_data()).decode()
    except UnicodeDecodeError:
        return False


def _texts() -> Iterable[str]:
    for name, values in request.form.lists():
        yield name
        yield from values

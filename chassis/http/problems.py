"""Every error answer of every service, in the reader's language: RFC 9457 problem+json.

A browser that opens an address of programs is shown the same as a page.
"""

import http
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from chassis.http import problem_pages
from chassis.http.languages import language, page_language
from chassis.kernel.errors import FieldError, Refused, Unavailable
from chassis.kernel.languages import LANGUAGES
from chassis.kernel.media_types import wants_page
from chassis.process.telemetry import log

CONTENT_TYPE = "application/problem+json"
_STATUS = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "missing": 404,
    "conflict": 409,
    "stale": 412,
    "too_large": 413,
    "address_too_long": 414,
    "unsupported_media": 415,
    "invalid": 422,
    "precondition_required": 428,
    "too_many": 429,
    "headers_too_large": 431,
    "failed": 500,
    "unavailable": 503,
    "disk_full": 507,
}
_TITLES: Mapping[int, tuple[str, str]] = {
    400: ("Permintaan tidak dapat dibaca", "Malformed request"),
    401: ("Belum masuk atau sesi berakhir", "Not signed in, or the session has ended"),
    403: ("Tidak berwenang", "Not allowed"),
    404: ("Tidak ditemukan", "Not found"),
    405: ("Metode tidak didukung", "Method not allowed"),
    409: ("Bertentangan dengan keadaan sekarang", "In conflict with the present state"),
    412: ("Data sudah berubah", "The data has changed"),
    413: ("Terlalu besar", "Too large"),
    414: ("Alamat terlalu panjang", "Address too long"),
    415: ("Jenis isi tidak didukung", "Unsupported content type"),
    422: ("Isian belum benar", "Some fields are not right"),
    428: ("Versi data harus disebut", "The version must be named"),
    429: ("Terlalu sering", "Too many requests"),
    431: ("Header terlalu besar", "Headers too large"),
    500: ("Terjadi kesalahan di sistem", "Something went wrong in the system"),
    503: ("Layanan sedang tidak dapat dihubungi", "Temporarily unavailable"),
    507: ("Ruang simpan penuh", "Storage is full"),
}
# What to do about an answer that no rule has explained; a page's heading says the title.
_NEXT: Mapping[int, tuple[str, str]] = {
    400: ("Periksa permintaannya, lalu kirim lagi.", "Check the request and send it again."),
    401: ("Silakan masuk, lalu ulangi.", "Sign in and try again."),
    403: ("Anda tidak berwenang melakukan ini.", "You are not allowed to do this."),
    404: (
        "Tidak ada apa pun di alamat ini. Periksa alamatnya, atau mulai dari halaman awal.",
        "There is nothing at this address. Check it, or begin at the first page.",
    ),
    405: (
        "Metode ini tidak dapat dipakai di alamat ini.",
        "This method cannot be used at this address.",
    ),
    413: ("Kirim isi yang lebih kecil.", "Send less."),
    415: (
        "Kirim isi dengan Content-Type yang disebut dokumentasi API.",
        "Send the body with a Content-Type that the API's documentation names.",
    ),
    422: ("Periksa bagian yang ditandai, lalu kirim lagi.", "See the errors and send it again."),
    429: ("Tunggu sebentar, lalu coba lagi.", "Wait a little and try again."),
    500: (
        "Kesalahan ini telah dicatat. Sebutkan nomor permintaan bila melapor.",
        "The fault has been recorded. Quote the request id when you report it.",
    ),
}
_OTHERWISE = ("Muat ulang, lalu coba lagi.", "Load it again and try once more.")
_CODES = {400: "malformed", 405: "method_not_allowed", 413: "too_large", 404: "not_found"}
_CODES |= {415: "unsupported_media_type", 422: "invalid"}


def register(app: Flask) -> None:
    """Make every error of the app a problem."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(Exception, _unexpected)


def refused(error: Refused) -> Response:
    """Turn a refusal into its answer."""
    headers = {}
    if has_request_context():
        g.refusal = error
    if (wait := getattr(error, "retry_after", None)) is not None:
        headers["Retry-After"] = str(wait)
    if error.kind == "unauthenticated":
        headers["WWW-Authenticate"] = f'Bearer error="{error.code}"'
    said = error.code, error.detail(_spoken()), error.errors
    return answer(_STATUS[error.kind], *said, headers, error.members())


def answer(
    status: int,
    code: str,
    detail: str | None = None,
    errors: tuple[FieldError, ...] = (),
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> Response:
    """Write a problem document, with more members if there are any (RFC 9457, 3.2)."""
    told, as_page = document(status, code, detail, errors), _is_shown_a_page()
    told.update(members or {})
    text = _page(told) if as_page else json.dumps(told, ensure_ascii=False)
    # A pointer may name a member whose name is half a character.
    response = Response(
        text.encode("utf-8", "backslashreplace"),
        status=status,
        content_type=problem_pages.CONTENT_TYPE if as_page else CONTENT_TYPE,
    )
    response.headers.update(headers or {})
    response.headers["Vary"] = problem_pages.VARY
    response.headers["Content-Language"] = _spoken()
    if as_page:
        response.headers["Content-Security-Policy"] = problem_pages.POLICY
    return response


def document(
    status: int, code: str, detail: str | None = None, errors: tuple[FieldError, ...] = ()
) -> dict[str, Any]:
    """Return a problem as a mapping."""
    lang = _spoken()
    place = LANGUAGES.index(lang)
    title = (_TITLES.get(status) or _phrase(status))[place]
    body: dict[str, Any] = {
        "type": f"urn:simpul:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail or _NEXT.get(status, _OTHERWISE)[place],
        "request_id": g.get("request_id", "") if has_request_context() else "",
    }
    if errors:
        body["errors"] = [
            {"pointer": error.pointer, "code": error.code, "detail": getattr(error, lang)}
            for error in errors
        ]
    return body


def _is_shown_a_page() -> bool:
    return has_request_context() and wants_page(request.headers.get("Accept", ""))


def _spoken() -> str:
    return page_language() if _is_shown_a_page() else language()


def _page(told: Mapping[str, Any]) -> str:
    reasons = tuple(error["detail"] for error in told.get("errors", ()))
    told_as = (told["title"], told["detail"], told["request_id"], _spoken())
    return problem_pages.page(*told_as, reasons)


def _invalid(error: ValidationError) -> Response:
    return answer(422, "invalid", None, tuple(field_errors(error.messages)))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages", {})
    errors: tuple[FieldError, ...] = ()
    if isinstance(messages, dict):
        errors = tuple(e for part in messages.values() for e in field_errors(part))
    code = _CODES.get(status) or http.HTTPStatus(status).phrase.lower().replace(" ", "_")
    if status == 422 and not errors:
        status, code = 400, "malformed"
    headers = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
    return answer(status, code, None, errors, headers)


def field_errors(messages: Any, pointer: str = "") -> Iterator[FieldError]:
    """Give marshmallow's messages as errors with pointers, in both languages."""
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            step = "" if key == "_schema" else f"/{str(key).replace('~', '~0').replace('/', '~1')}"
            yield from field_errors(below, pointer + step)
        return
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, FieldError):
            yield replace(message, pointer=pointer)
            continue
        code, text = _translated(str(message))
        yield FieldError(pointer, code, text, str(message))


def _translated(message: str) -> tuple[str, str]:
    for start, code, text in _MARSHMALLOW:
        if message.startswith(start):
            return code, text
    return "invalid", "Isian ini tidak dapat diterima."


_MARSHMALLOW = (
    ("Missing data", "required", "Wajib diisi."),
    ("Field may not be null", "required", "Tidak boleh kosong."),
    ("Unknown field", "unknown_field", "Isian ini tidak dikenal."),
    ("Must be one of", "not_an_option", "Bukan salah satu pilihan yang tersedia."),
    ("Not a valid", "invalid_type", "Bentuk isian tidak sesuai."),
    ("Invalid input type", "invalid", "Bentuk isian tidak sesuai."),
    ("Longer than", "too_long", "Isian terlalu panjang."),
    ("Shorter than", "too_short", "Isian terlalu pendek."),
    ("Length must be", "wrong_length", "Panjang isian tidak sesuai."),
    ("Must be", "out_of_range", "Nilai di luar batas."),
)


# PostgreSQL's classes for what is its own trouble: no room, files, its inside.
_SERVERS_OWN = ("53", "58", "XX")
_WITHOUT_ROOM = ("53100", "SQLITE_FULL")


def _database(error: Exception) -> Response:
    if not is_outage(error):
        return _unexpected(error)
    log.error("database_unavailable", error=type(error).__name__)
    return refused(Unavailable())


def is_outage(error: Exception) -> bool:
    """Tell whether the database is away; a value it cannot hold is our fault or the caller's."""
    if isinstance(error, DBAPIError):
        of_the_server = str(getattr(error.orig, "sqlstate", None) or "").startswith(_SERVERS_OWN)
        return isinstance(error, OperationalError) or error.connection_invalidated or of_the_server
    return isinstance(error, PoolTimeout)


def is_without_room(error: Exception) -> bool:
    """Tell whether the database's disk is full: nothing that was asked of it is to blame."""
    origin = getattr(error, "orig", None)
    code = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None)
    return code in _WITHOUT_ROOM


def _unexpected(error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error)
    return answer(500, "internal_error")


def _phrase(status: int) -> tuple[str, str]:
    indonesian = (
        "Permintaan tidak dapat diproses" if status < 500 else "Terjadi kesalahan di sistem"
    )
    return indonesian, http.HTTPStatus(status).phrase

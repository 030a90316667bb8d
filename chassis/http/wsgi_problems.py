"""Refusals before there is an app to refuse: problem+json (RFC 9457), or a page for a browser.

The edges answer so, and the server about what it cannot read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.http import parse_cookie

from chassis.http import problem_pages
from chassis.http.languages import chosen_language
from chassis.kernel.languages import wanted
from chassis.kernel.media_types import wants_page

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One refusal: status, stable code, title and detail per language, when to try again."""

    status: str
    code: str
    title: dict[str, str]
    detail: dict[str, str]
    retry_after: int | None = None  # seconds


MALFORMED = Problem(
    "400 Bad Request",
    "malformed",
    {"id": "Permintaan tidak dapat dibaca", "en": "Malformed request"},
    {
        "id": "Permintaan ini bukan HTTP yang benar, misalnya header Host atau Content-Length-nya.",
        "en": "The request is not right as HTTP, such as its Host or Content-Length header.",
    },
)
BODY_INCOMPLETE = Problem(
    "400 Bad Request",
    "body_incomplete",
    {"id": "Kiriman terputus", "en": "Body cut off"},
    {
        "id": "Isi permintaan terputus sebelum lengkap. Tidak ada yang disimpan; kirim lagi.",
        "en": "The body was cut off before all of it came. Nothing was kept; send it again.",
    },
)
NOT_FOUND = Problem(
    "404 Not Found",
    "not_found",
    {"id": "Tidak ditemukan", "en": "Not found"},
    {"id": "Tidak ada apa pun di alamat ini.", "en": "There is nothing at this address."},
)
METHOD_NOT_ALLOWED = Problem(
    "405 Method Not Allowed",
    "method_not_allowed",
    {"id": "Metode tidak diizinkan", "en": "Method not allowed"},
    {
        "id": "Metode ini tidak dapat dipakai di alamat ini.",
        "en": "This method cannot be used at this address.",
    },
)
LENGTH_REQUIRED = Problem(
    "411 Length Required",
    "length_required",
    {"id": "Panjang isi diperlukan", "en": "Length required"},
    {
        "id": "Kirim ulang dengan header Content-Length.",
        "en": "Send it again with a Content-Length header.",
    },
)
TOO_LARGE = Problem(
    "413 Content Too Large",
    "too_large",
    {"id": "Kiriman terlalu besar", "en": "Body too large"},
    {
        "id": "Kiriman melebihi batas {limit}. Kembali, lalu kirim yang lebih kecil.",
        "en": "The body exceeds the limit of {limit}. Go back and send something smaller.",
    },
)
URI_TOO_LONG = Problem(
    "414 URI Too Long",
    "uri_too_long",
    {"id": "Alamat terlalu panjang", "en": "Address too long"},
    {
        "id": "Alamat permintaan ini melebihi {limit} karakter.",
        "en": "The address of this request exceeds {limit} characters.",
    },
)
HEADERS_TOO_LARGE = Problem(
    "431 Request Header Fields Too Large",
    "headers_too_large",
    {"id": "Header terlalu besar", "en": "Headers too large"},
    {
        "id": "Header permintaan ini terlalu besar. Hapus kuki situs ini, lalu coba lagi.",
        "en": "The headers of this request are too large. Clear this site's cookies and try again.",
    },
)
TOO_MANY = Problem(
    "429 Too Many Requests",
    "too_many_requests",
    {"id": "Terlalu banyak permintaan", "en": "Too many requests"},
    {
        "id": "Coba lagi setelah {seconds} detik.",
        "en": "Try again in {seconds} seconds.",
    },
)
INTERNAL = Problem(
    "500 Internal Server Error",
    "internal_error",
    {"id": "Kesalahan pada sistem", "en": "Internal error"},
    {
        "id": "Kesalahan ini telah dicatat. Sebutkan nomor permintaan bila melapor.",
        "en": "The fault has been recorded. Quote the request id when you report it.",
    },
)
UNAVAILABLE = Problem(
    "503 Service Unavailable",
    "service_unavailable",
    {"id": "Layanan sedang tidak tersedia", "en": "Service unavailable"},
    {"id": "Coba lagi sebentar lagi.", "en": "Try again in a moment."},
    retry_after=5,
)


def refusal_of(
    problem: Problem, environ: Environ, request_id: str, params: Mapping[str, object]
) -> tuple[Headers, bytes]:
    """Write a refusal as its reader wants it: a browser is shown a page."""
    as_page = wants_page(str(environ.get("HTTP_ACCEPT", "")))
    language = _language_of(environ, as_page=as_page)
    write = page_of if as_page else document_of
    body = write(problem, language, request_id, params).encode()
    headers = [
        ("Content-Type", problem_pages.CONTENT_TYPE if as_page else CONTENT_TYPE),
        ("Content-Language", language),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Vary", problem_pages.VARY),
    ]
    if problem.retry_after is not None:
        headers.append(("Retry-After", str(problem.retry_after)))
    policy = [("Content-Security-Policy", problem_pages.POLICY)]
    return headers + policy * as_page, body


def document_of(
    problem: Problem, language: str, request_id: str, params: Mapping[str, object]
) -> str:
    """Write the problem document."""
    return json.dumps(
        {
            "type": f"urn:simpul:problem:{problem.code}",
            "title": problem.title[language],
            "status": int(problem.status[:3]),
            "detail": problem.detail[language].format_map(dict(params)),
            "code": problem.code,
            "request_id": request_id,
        },
        ensure_ascii=False,
    )


def page_of(problem: Problem, language: str, request_id: str, params: Mapping[str, object]) -> str:
    """Write the same as a page."""
    detail = problem.detail[language].format_map(dict(params))
    return problem_pages.page(problem.title[language], detail, request_id, language)


def _language_of(environ: Environ, *, as_page: bool) -> str:
    """Choose as every service does: on a page the portal's switch comes first."""
    chosen = chosen_language(parse_cookie(environ)) if as_page else None
    return chosen or wanted(str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))

"""Refusals of the edge itself as problem+json (RFC 9457), in Indonesian or English."""

import json
from dataclasses import dataclass
from typing import Any

from chassis.kernel.languages import wanted

Environ = dict[str, Any]
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Problem:
    """One refusal: status, stable code, title and detail per language."""

    status: str
    code: str
    title: dict[str, str]
    detail: dict[str, str]


MALFORMED = Problem(
    "400 Bad Request",
    "malformed",
    {"id": "Permintaan tidak dapat dibaca", "en": "Malformed request"},
    {"id": "Header Content-Length tidak benar.", "en": "The Content-Length header is wrong."},
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
        "id": "Kiriman melebihi {limit} byte, batas untuk alamat ini.",
        "en": "The body exceeds {limit} bytes, the limit of this address.",
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
)


def language_of(environ: Environ) -> str:
    """Choose as every service does."""
    return wanted(str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))


def body_of(problem: Problem, environ: Environ, request_id: str, **params: object) -> bytes:
    """Write the problem document."""
    language = language_of(environ)
    return json.dumps(
        {
            "type": f"urn:simpul:problem:{problem.code}",
            "title": problem.title[language],
            "status": int(problem.status[:3]),
            "detail": problem.detail[language].format_map(params),
            "code": problem.code,
            "request_id": request_id,
        },
        ensure_ascii=False,
    ).encode()


def headers_of(environ: Environ, length: int) -> Headers:
    return [
        ("Content-Type", "application/problem+json"),
        ("Content-Language", language_of(environ)),
        ("Content-Length", str(length)),
        ("Cache-Control", "no-store"),
    ]

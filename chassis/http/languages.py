"""In which language a reader is answered: Indonesian first, English second."""

from flask import has_request_context, request

from chassis.kernel.languages import DEFAULT_LANGUAGE, LANGUAGES, wanted

LANGUAGE_COOKIE = "simpul_language"


def language() -> str:
    """Choose by the request's Accept-Language; Indonesian by default."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    return wanted(request.headers.get("Accept-Language", ""))


def page_language() -> str:
    """Choose for a page, where the portal's switch (a cookie) comes before the browser's wish."""
    chosen = request.cookies.get(LANGUAGE_COOKIE) if has_request_context() else None
    return chosen if chosen in LANGUAGES else language()

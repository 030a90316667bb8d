"""In which language a reader is answered: Indonesian first, English second."""

from collections.abc import Mapping

from flask import g, has_request_context, request

from chassis.kernel.languages import DEFAULT_LANGUAGE, LANGUAGES, wanted

LANGUAGE_COOKIE = "simpul_language"
# Over https its name pins it to this host. The bare one is that of plain http, and what browsers
# have from the release before; it can say no more than one of the languages.
PINNED_LANGUAGE_COOKIE = f"__Host-{LANGUAGE_COOKIE}"


def chosen_language(cookies: Mapping[str, str]) -> str | None:
    """Return what a browser's person chose by the portal's switch."""
    given = (cookies.get(name) for name in (PINNED_LANGUAGE_COOKIE, LANGUAGE_COOKIE))
    return next((language for language in given if language in LANGUAGES), None)


def language() -> str:
    """Choose by the request's Accept-Language; Indonesian by default."""
    try:
        chosen: str = g.answer_language  # each label of an answer asks
    except (AttributeError, RuntimeError):
        return _chosen_for_the_request()
    return chosen


def _chosen_for_the_request() -> str:
    if not has_request_context():
        return DEFAULT_LANGUAGE
    g.answer_language = wanted(request.headers.get("Accept-Language", ""))
    return str(g.answer_language)


def page_language() -> str:
    """Choose for a page, where the portal's switch (a cookie) comes before the browser's wish."""
    chosen = chosen_language(request.cookies) if has_request_context() else None
    return chosen or language()

"""What nginx refuses itself: as problem documents and as pages, like the embedded edge.

A refusal that comes before the address is read needs an address of its own; the others are named.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from chassis.http import problem_pages
from chassis.http import wsgi_problems as problems
from chassis.http.incoming import LONGEST_ADDRESS
from chassis.http.languages import LANGUAGE_COOKIE, PINNED_LANGUAGE_COOKIE
from chassis.http.wsgi_problems import Problem
from chassis.kernel.languages import DEFAULT_LANGUAGE, LANGUAGES, SECOND_LANGUAGE, named
from chassis.kernel.media_types import DOCUMENT, PAGE
from chassis.kernel.weights import MORE, unweighted, weighted
from chassis.kernel.words import Size
from gateway import nginx_headers
from gateway.routes import Target

METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"
# nginx's own 414 is written before there is an address; ours goes to a named location like others.
TOO_LONG = 418
# A location with an error_page of its own inherits none, so server and locations list them all.
# Each refusal has two locations; $simpul_form tells which of them the reader wants.
REFUSALS = (
    "error_page 400 505 =400 /refused/malformed$simpul_form;",
    "error_page 403 =404 @not_found$simpul_form;",  # a folder without a file to show
    "error_page 404 @not_found$simpul_form;",
    "error_page 405 @not_allowed$simpul_form;",
    "error_page 411 @length_required$simpul_form;",
    f"error_page {TOO_LONG} =414 @uri_too_long$simpul_form;",
    "error_page 414 /refused/uri_too_long$simpul_unread_form;",
    "error_page 494 =431 /refused/headers_too_large$simpul_form;",
    "error_page 429 @too_many$simpul_form;",
    "error_page 500 502 503 504 =503 @unavailable$simpul_form;",
)
_AS_PAGE = "_page"
_POLICY = "Content-Security-Policy"


def too_large_page(limit: int) -> str:
    """Return the error page of a location with a limit."""
    return f"error_page 413 @too_large_{limit}$simpul_form;"


def refusals(targets: Sequence[Target]) -> Iterable[str]:
    """Write the locations that answer."""
    for name in ("@uri_too_long", "= /refused/uri_too_long"):
        yield from _refusal(name, problems.URI_TOO_LONG, limit=LONGEST_ADDRESS)
    yield from _refusal("= /refused/malformed", problems.MALFORMED)
    yield from _refusal("= /refused/headers_too_large", problems.HEADERS_TOO_LARGE)
    yield from _refusal("@not_found", problems.NOT_FOUND)
    yield from _refusal("@not_allowed", problems.METHOD_NOT_ALLOWED)
    yield from _refusal("@length_required", problems.LENGTH_REQUIRED)
    yield from _refusal("@too_many", replace(problems.TOO_MANY, retry_after=1), seconds=1)
    yield from _refusal("@unavailable", problems.UNAVAILABLE)
    for limit in sorted({target.route.max_body for target in targets}):
        yield from _refusal(f"@too_large_{limit}", problems.TOO_LARGE, limit=Size(limit))


def _refusal(name: str, problem: Problem, **params: object) -> Iterable[str]:
    internal = ["    internal;"] * name.startswith("=")
    yield f"  location {name} {{"
    yield from internal
    yield f"    default_type {problems.CONTENT_TYPE};"
    yield from _refusal_headers(problem, "$simpul_language")
    yield from (f"    {line}" for line in nginx_headers.added())
    yield from _answers(problem, "$simpul_language", problems.document_of, params)
    yield "  }"
    yield f"  location {name}{_AS_PAGE} {{"
    yield from internal
    yield f'    default_type "{problem_pages.CONTENT_TYPE}";'
    yield from _refusal_headers(problem, "$simpul_page_language")
    yield f'    add_header {_POLICY} "{problem_pages.POLICY}" always;'
    yield from (f"    {line}" for line in nginx_headers.added(but=(_POLICY,)))
    yield from _answers(problem, "$simpul_page_language", problems.page_of, params)
    yield "  }"


def _refusal_headers(problem: Problem, language: str) -> Iterable[str]:
    yield "    add_header Cache-Control no-store always;"
    yield f"    add_header Content-Language {language} always;"
    yield f'    add_header Vary "{problem_pages.VARY}" always;'
    if problem is problems.METHOD_NOT_ALLOWED:
        yield f'    add_header Allow "{METHODS.replace("|", ", ")}" always;'
    if problem.retry_after is not None:
        yield f"    add_header Retry-After {problem.retry_after} always;"


def _answers(
    problem: Problem, language: str, write: Callable[..., str], params: Mapping[str, object]
) -> Iterable[str]:
    default, second = (
        write(problem, code, "$request_id", params).replace("'", r"\'") for code in LANGUAGES
    )
    status = problem.status[:3]
    yield f"    if ({language} = {SECOND_LANGUAGE}) {{ return {status} '{second}'; }}"
    yield f"    return {status} '{default}';"


def wishes() -> Iterable[str]:
    """Write the maps that tell the language and the form a reader wants."""
    yield from _languages()
    yield from _forms()


def _languages() -> Iterable[str]:
    """Choose as `chassis.kernel.languages.wanted` does, by the same expressions."""
    for language in LANGUAGES:
        yield from _weight(language, named(language), "$http_accept_language")
    default, second = (f"$simpul_weight_{language}" for language in LANGUAGES)
    yield f'map "{second}>{default}" $simpul_language {{'
    yield f'  default {DEFAULT_LANGUAGE}; "~{MORE}" {SECOND_LANGUAGE};'
    yield "}"
    # The first that fits holds: the pinned cookie, as in `chassis.http.languages`.
    yield "map $http_cookie $simpul_page_language {"
    yield "  default $simpul_language;"
    for number, cookie in enumerate((PINNED_LANGUAGE_COOKIE, LANGUAGE_COOKIE)):
        chosen = f"(?P<simpul_chosen_{number}>{'|'.join(LANGUAGES)})"
        yield f'  "~(?:^|[ ;]){cookie}={chosen}(?:;|$)" $simpul_chosen_{number};'
    yield "}"


def _forms() -> Iterable[str]:
    """Choose as `chassis.kernel.media_types.wants_page` does."""
    yield from _weight("page", PAGE, "$http_accept")
    yield from _weight("document", DOCUMENT, "$http_accept")
    yield 'map "$simpul_weight_page>$simpul_weight_document" $simpul_form {'
    yield f'  default ""; "~{MORE}" {_AS_PAGE};'
    yield "}"
    # Of an address longer than a buffer nginx reads no header: where programs call, one is told.
    yield f'map $request $simpul_unread_form {{ default {_AS_PAGE}; "~^[A-Z]+ /api/" ""; }}'


def _weight(what: str, name: str, header: str) -> Iterable[str]:
    group = f"weight_{what}"
    yield f"map {header} $simpul_weight_{what} {{"
    yield f'  default 0; "~*{unweighted(name)}" 1; "~*{weighted(name, group)}" ${group};'
    yield "}"

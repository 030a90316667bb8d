"""One rule chooses the language, and nobody else reads what a browser wants."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.kernel.languages import wanted

ROOT = Path(__file__).parents[2]
CODE = ("chassis", "staff", "services", "gateway", "portal", "ops")
CHOOSERS = {
    "chassis/http/languages.py",
    "gateway/nginx_refusals.py",
    "chassis/http/wsgi_problems.py",
}
# The cookie is set by the switch of the portal; both edges show pages of their own.
COOKIE = {
    "chassis/http/languages.py",
    "gateway/nginx_refusals.py",
    "chassis/http/wsgi_problems.py",
    "portal/shell/home.py",
}
WISHES = [
    ("", "id"),
    ("en", "en"),
    ("EN-gb", "en"),
    ("id", "id"),
    ("id, en", "id"),
    ("en, id", "id"),
    ("en-GB,id;q=0.5", "en"),
    ("id;q=0.5, en;q=0.9", "en"),
    ("en;q=0.85,id;q=0.9", "id"),
    ("fr, en;q=0.1", "en"),
    ("fr", "id"),
    ("*", "id"),
    ("en;q=0", "id"),
    ("id;q=0.0, en;q=0.001", "en"),
    ("eng, zen, x-en", "id"),
    ("en;q=high", "id"),
    ("de,en-US;q=0.7 , id-ID;q=0.3", "en"),
]
WEIGHTS = st.decimals(min_value=0, max_value=1, places=3)


@pytest.mark.parametrize(("accept_language", "language"), WISHES)
def test_the_language_wanted_more_is_chosen_and_indonesian_where_none_is(
    accept_language: str, language: str
):
    assert wanted(accept_language) == language


@given(WEIGHTS, WEIGHTS, st.booleans())
def test_weights_are_compared_as_numbers(english, indonesian, shortened):
    written = [f"{w.normalize():f}" if shortened else str(w) for w in (english, indonesian)]

    chosen = wanted("de;q=0.4, en;q={}, id-ID;q={}".format(*written))

    assert chosen == ("en" if english > indonesian else "id")


def test_nobody_else_reads_what_a_browser_wants():
    reads = re.compile(
        r"accept_languages|HTTP_ACCEPT_LANGUAGE|http_accept_language"
        r"""|headers(?:\.get\(|\[)\s*["']Accept-Language""",
        re.IGNORECASE,
    )

    assert _files_with(reads) == CHOOSERS
    assert (
        _files_with(re.compile(r"LANGUAGE_COOKIE|chosen_language|simpul_language\b(?=[\"'])"))
        == COOKIE
    )


def _files_with(pattern: re.Pattern[str]) -> set[str]:
    files = (path for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix() for path in files if pattern.search(path.read_text())}

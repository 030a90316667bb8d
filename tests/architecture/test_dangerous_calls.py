"""What no code of ours does, whoever writes the next module."""

from pathlib import Path

import pytest

from tests.architecture.dangerous import (
    cryptography_of,
    dangers,
    follows_redirects,
    kept_in_a_browser,
    written_by_a_given_key,
)

ROOT = Path(__file__).parents[2]
PARTS = ("chassis", "staff", "services", "gateway", "portal")
# Module and line of what is right there all the same, and why.
ALLOWED = {
    "chassis/data/claims.py": ("random", "spreads waits, which may be guessed"),
    "chassis/run/worker.py": ("random", "spreads waits, which may be guessed"),
    "ops/reports.py": ("xml.etree", "reads what pytest wrote on this machine"),
}


# Which part of a file arrived: no name, no content, nothing that a permit could be made of.
KEPT = {"portal/shell/static/uploading.js": {"localStorage"}}


def _modules(*parts: str) -> list[Path]:
    found = [path for part in parts for path in sorted((ROOT / part).rglob("*.py"))]
    return [path for path in found if "versions" not in path.parts]


def _scripts() -> list[Path]:
    return sorted(path for part in PARTS for path in (ROOT / part).rglob("*.js"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_code_makes_a_dangerous_call():
    found = [
        f"{_name(path)}:{danger}"
        for path in _modules(*PARTS, "ops")
        for danger in dangers(path.read_text("utf-8"))
        if f" {ALLOWED.get(_name(path), ('nothing', ''))[0]}" not in danger
    ]

    assert found == []


def test_cryptography_comes_from_few_libraries():
    found = {_name(path): cryptography_of(path.read_text("utf-8")) for path in _modules(*PARTS)}

    assert {name: modules for name, modules in found.items() if modules} == {}


def test_no_client_follows_a_redirect():
    found = {
        _name(path): list(follows_redirects(path.read_text("utf-8"))) for path in _modules(*PARTS)
    }

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_script_keeps_anything_in_the_browser_but_where_an_upload_was_cut():
    scripts = {_name(path): kept_in_a_browser(path.read_text("utf-8")) for path in _scripts()}

    assert len(scripts) >= 5
    assert {name: set(found) for name, found in scripts.items() if found} == KEPT


def test_no_script_writes_to_a_key_it_was_given():
    scripts = {_name(path): written_by_a_given_key(path.read_text("utf-8")) for path in _scripts()}

    assert {name: found for name, found in scripts.items() if found} == {}


@pytest.mark.parametrize(
    "code",
    [
        "eval(text)",
        "import os\nos.system(line)",
        "subprocess.run(line, shell=True)",
        "yaml.load(text)",
        "import pickle",
        "from xml.etree import ElementTree",
        "from random import choice",
        "flask.render_template_string(text)",
        "jinja.from_string(text)",
        "app.run(debug=True)",
        "pool(cert_reqs='CERT_NONE')",
        "context.verify_mode = ssl.CERT_NONE",
        "hashlib.md5(data)",
    ],
)
def test_a_dangerous_call_is_found(code: str):
    assert len(list(dangers(code))) == 1


def test_what_is_safe_is_not_called_dangerous():
    safe = "yaml.safe_load(text)\nevaluate(x)\nimport secrets\nrun(shell=False)"
    assert list(dangers(f"{safe}\nhashlib.md5(usedforsecurity=False)")) == []


def test_other_cryptography_redirects_and_scripts_are_found():
    assert cryptography_of("from Crypto.Cipher import AES\nimport secrets") == {"Crypto.Cipher"}
    assert cryptography_of("from cryptography.hazmat.primitives.ciphers import modes")
    assert list(follows_redirects("import urllib3\npool.request('GET', url)")) == [2]
    assert list(follows_redirects("import urllib3\npool.request('GET', url, redirect=False)")) == []
    assert kept_in_a_browser("localStorage.setItem('a', b)")
    assert written_by_a_given_key("told[name] = value")
    assert not written_by_a_given_key("told['name'] = value; const [a] = b; if (x[y] === z) f()")

"""Calls and imports that no code of ours may hold, found by their names."""

import ast
import re
from collections.abc import Iterator
from functools import cache

# As `ast` writes the call, from its end: `yaml.load` is also found as `x.yaml.load`.
CALLS = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "os.system": "asks a shell",
    "os.popen": "asks a shell",
    "subprocess.getoutput": "asks a shell",
    "subprocess.getstatusoutput": "asks a shell",
    "yaml.load": "makes objects of what it reads",
    "yaml.unsafe_load": "makes objects of what it reads",
    "render_template_string": "makes a template of text",
    "from_string": "makes a template of text",
    "ssl._create_unverified_context": "trusts any certificate",
    "urllib3.disable_warnings": "trusts any certificate",
    "hashlib.md5": "is a broken hash",
    "hashlib.sha1": "is a broken hash",
}
IMPORTS = {
    "pickle": "makes objects of what it reads",
    "marshal": "makes objects of what it reads",
    "shelve": "makes objects of what it reads",
    "dill": "makes objects of what it reads",
    "random": "can be guessed",
    "telnetlib": "speaks in the clear",
    "ftplib": "speaks in the clear",
    "lxml": "resolves entities",
    "xml.etree": "resolves entities",
    "xml.dom": "resolves entities",
    "xml.sax": "resolves entities",
}
ARGUMENTS = {
    ("shell", True): "asks a shell",
    ("debug", True): "shows the inside of a fault",
    ("verify", False): "trusts any certificate",
    ("check_hostname", False): "trusts any certificate",
    ("cert_reqs", "CERT_NONE"): "trusts any certificate",
    ("autoescape", False): "writes text as markup",
}
NAMES = {"CERT_NONE": "trusts any certificate"}
# Modules that do cryptography; of the library `cryptography` only what is whole by itself.
CRYPTOGRAPHY = {
    *("argon2", "authlib", "hashlib", "hmac", "joserfc", "pyotp", "secrets", "ssl"),
    "cryptography.fernet",
    "cryptography.hazmat.primitives.hashes",
    "cryptography.hazmat.primitives.kdf.hkdf",
}
_OF_CRYPTOGRAPHY = (
    *("Crypto", "Cryptodome", "argon2", "authlib", "bcrypt", "cryptography", "ecdsa", "hashlib"),
    *("hmac", "itsdangerous", "jose", "joserfc", "jwt", "nacl", "passlib", "pyotp", "rsa"),
    *("secrets", "ssl", "OpenSSL"),
)
# Calls that go where an answer sends them, unless they are told not to.
_FOLLOWING = ("request", "urlopen", "urlretrieve")
_KEPT_IN_A_BROWSER = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.")
_BY_A_GIVEN_KEY = re.compile(
    r"""[\w)]\[(?!["'\d])[^\]]+\]\s*=[^=]|Object\.assign|__proto__|\.prototype\b"""
)


def dangers(source: str) -> Iterator[str]:
    """Name each danger with its line and what it does."""
    for node in ast.walk(_tree(source)):
        for name, why in _of(node):
            yield f"{getattr(node, 'lineno', 0)}: {name} {why}"


def cryptography_of(source: str) -> set[str]:
    """Return the modules, other than ours to use, from which a source takes cryptography."""
    imported = {name for node in ast.walk(_tree(source)) for name in _imported(node)}
    others = {name for name in imported if not {name, name.split(".")[0]} & CRYPTOGRAPHY}
    return {name for name in others if name.split(".")[0] in _OF_CRYPTOGRAPHY}


def follows_redirects(source: str) -> Iterator[int]:
    """Return the line of each call by urllib or urllib3 that may be sent elsewhere."""
    if "urllib3" not in source and "urllib.request" not in source:
        return
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            told = {argument.arg: argument.value for argument in node.keywords}
            is_asking = node.func.attr in _FOLLOWING and ast.unparse(node.func.value) != "super()"
            if is_asking and not _is_off(told.get("redirect")):
                yield node.lineno


def kept_in_a_browser(script: str) -> list[str]:
    """Return by what a script would keep something in the browser."""
    return _KEPT_IN_A_BROWSER.findall(script)


def written_by_a_given_key(script: str) -> list[str]:
    """Return where a script may write to an object's prototype: by a key that it was given."""
    return _BY_A_GIVEN_KEY.findall(script)


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def _is_off(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def _is_only_a_sum(call: ast.Call) -> bool:
    """Tell whether a hash is said to protect nothing: S3 tells an MD5 of what it got."""
    return any(word.arg == "usedforsecurity" and _is_off(word.value) for word in call.keywords)


def _of(node: ast.AST) -> Iterator[tuple[str, str]]:
    for name in _imported(node):
        yield from ((name, why) for key, why in IMPORTS.items() if f"{name}.".startswith(f"{key}."))
    if isinstance(node, ast.Call):
        called = f".{ast.unparse(node.func)}"
        if not _is_only_a_sum(node):
            yield from ((name, why) for name, why in CALLS.items() if called.endswith(f".{name}"))
        for argument in node.keywords:
            value = getattr(argument.value, "value", None)
            if (argument.arg, value) in ARGUMENTS:
                yield f"{argument.arg}={value}", ARGUMENTS[argument.arg, value]
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield node.attr, NAMES[node.attr]


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom) and not node.level:
        yield str(node.module)

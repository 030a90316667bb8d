"""What pages name that a machine can look up: commands, addresses, settings, words on a button."""

import contextlib
import io
import re
import shlex
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from chassis.process.manifest import discover
from gateway.app import create_app as create_gateway
from ops.main import COMMANDS, parser_of
from ops.migration import scratch_app
from tests.portal.stage_set import FakeEdge, portal

ROOT = Path(__file__).parents[2]
CODE = (".py", ".yaml", ".yml", ".toml", ".example", ".service", ".conf", ".sh")

COMMAND = re.compile(r"(?:\./simpul|python -m ops) ([a-z](?:[^`\n|;&()#\"*,]|\"[^\"\n]*\")*)")
PLACEHOLDER = re.compile(r"<[^<>\n]+>|…|\.\.\.|^[A-Z]{1,10}$|\$\w+|%i")

_AND_SO_ON = ("…", "...")
ADDRESS = re.compile(
    r"(?<![\w.>/-])/(?:api|portal|masuk|oauth|\.well-known|docs|front|openapi\.json|readyz|livez"
    r"|metrics)(?=[/`\s\"'),;:?]|$)[\w./{}<>:$%…-]*"
)
OF_THE_GUIDES = {"panel", "panel_case", "sms"}  # what the guides tell to add
VARIABLE = re.compile(r"^([A-Z]+)=(\S+)", re.MULTILINE)
SETTING = re.compile(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])(?:_<[A-Z]+>)?(?:=[^`]*)?`")
# Bold type also stresses words; what is pressed or opened stands behind one of these.
LABEL = re.compile(r"(?i:pilih|menu|tombol|buka|choose|under|press)\s+\*\*([A-Z][^*]*[^*.:])\*\*")


def wrong_commands(text: str) -> Iterator[str]:
    """Yield what the command line would refuse of the commands in a page."""
    for whole in COMMAND.findall(text):
        name, *rest = shlex.split(whole.replace("'", " ").strip(" ."))
        if name not in COMMANDS:
            yield name
        elif refusal := _refusal(name, [_given(word) for word in _said(rest)]):
            yield f"{name}: {refusal}"


def _said(words: list[str]) -> list[str]:
    """Leave out the dots that stand for more of the same; behind an option they are its value."""
    is_more = words[-1:] in ([dots] for dots in _AND_SO_ON) and "--" not in "".join(words[-2:-1])
    return words[:-1] if is_more else words


def _given(word: str) -> str:
    return "1" if PLACEHOLDER.search(word) else word.rstrip(",")


def _refusal(name: str, arguments: list[str]) -> str:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            parser_of(name).parse_args(arguments)
    except SystemExit as ended:
        if ended.code and "belum diisi" not in said.getvalue() + _english(said.getvalue()):
            return said.getvalue().strip()
    return ""


def _english(said: str) -> str:
    """A page may name a command without all that it asks for."""
    return "belum diisi" if "arguments are required" in said else ""


@cache
def routes() -> frozenset[str]:
    """Every address that a service, the portal or the gateway answers."""
    rules: set[str] = {"/readyz", "/livez", "/metrics", "/portal/static/<path:file>"}
    with tempfile.TemporaryDirectory() as folder:
        for manifest in discover().values():
            app = scratch_app(manifest, folder)
            rules |= {rule.rule for rule in app.url_map.iter_rules()}
    rules |= {rule.rule for rule in portal(FakeEdge()).application.url_map.iter_rules()}
    gateway = create_gateway({"PUBLIC_URL": "http://x.test", "PEERS_URL": "local:none"}, {})
    return frozenset(rules | {rule.rule for rule in gateway.url_map.iter_rules()})


def unknown_addresses(text: str) -> list[str]:
    """Name the addresses of ours in a page that nobody answers."""
    named = (found.rstrip(".:,…") for found in ADDRESS.findall(_with_variables(text)))
    return [address for address in named if not _is_answered(address)]


def unknown_beginnings(text: str) -> list[str]:
    """Name those in code, where the rest of an address may be put behind."""
    return [address for address in unknown_addresses(text) if not _is_answered(address + "/")]


def _with_variables(text: str) -> str:
    """Put the shell variables of a page into its commands."""
    text = re.sub(r"(?:\$URL|https?://(?:127\.0\.0\.1|localhost)(?::\d+)?)(?=/)", "", text)
    for name, value in VARIABLE.findall(text):
        if value.startswith("/"):
            text = re.sub(rf"\${name}(?=/)", value, text.replace(f"{name}={value}", ""))
    return text


def _is_answered(address: str) -> bool:
    path = address.partition("?")[0]
    if OF_THE_GUIDES & set(path.split("/")):
        return True
    return any(_leads(path, rule) for rule in routes())


def _leads(path: str, rule: str) -> bool:
    """`/api/<service>/v1/jobs` leads where any service has jobs; `/api/x/` to what lies below."""
    said, known = path.strip("/").split("/"), rule.strip("/").split("/")
    if len(said) < len(known) and not path.endswith("/"):
        return False
    if len(said) > len(known) and "<path:" not in known[-1]:
        return False
    return all(
        mine == theirs or theirs.startswith("<") or PLACEHOLDER.search(mine) or "{" in mine
        for mine, theirs in zip(said, known, strict=False)
    )


@cache
def words_of_the_code() -> frozenset[str]:
    """Every name in capitals that code or a deployment's file says."""
    places = ("chassis", "staff", "services", "gateway", "portal", "ops", "deploy", "tests/browser")
    paths = [path for place in places for path in (ROOT / place).rglob("*")]
    paths = [path for path in paths if path.suffix in CODE or path.name == "Dockerfile"]
    texts = (path.read_text(encoding="utf-8") for path in [*paths, ROOT / "simpul"])
    return frozenset(word for text in texts for word in re.findall(r"[A-Z][A-Z0-9_]+", text))


def unknown_settings(text: str) -> list[str]:
    known = words_of_the_code()
    names = [re.sub("_(PANEL|FILE)$", "", name) for name in SETTING.findall(text)]
    return [name for name in names if not {name, f"{name}_"} & known]


@cache
def words_of_the_pages() -> str:
    """Everything the pages of portal and sign-in say in Indonesian, and the layanan's titles."""
    texts = [*ROOT.glob("portal/**/texts/id.toml"), *ROOT.glob("services/*/texts/id.toml")]
    said = [text for path in texts for text in _values(tomllib.loads(path.read_text("utf-8")))]
    seeds = [path.read_text("utf-8") for path in ROOT.glob("services/*/seeds/**/*.json")]
    pages = [path.read_text("utf-8") for path in ROOT.glob("gateway/templates/*.html")]
    return "\n".join([*said, *seeds, *pages])


def _values(tree: object) -> Iterable[str]:
    if isinstance(tree, dict):
        return (text for value in tree.values() for text in _values(value))
    return [str(tree)]


def unknown_labels(text: str) -> list[str]:
    """Name the buttons and menu entries (in bold) that no page has."""
    labels = (" ".join(label.split()) for label in LABEL.findall(text))
    return [label for label in labels if label not in words_of_the_pages()]

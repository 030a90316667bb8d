"""Every regular expression of the code: of Python, JSON Schemas, pages and nginx."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from chassis.process.manifest import Manifest, Route
from gateway.nginx import Listening, render
from gateway.routes import table

ROOT = Path(__file__).parents[2]
CODE = ("chassis", "staff", "services", "gateway", "portal", "ops")
_READING = {
    "compile",
    "match",
    "search",
    "fullmatch",
    "sub",
    "subn",
    "findall",
    "finditer",
    "split",
}
# Ours and marshmallow's: their first argument is an expression.
_TAKING = {"Regexp", "Code", "Values"}
# Where an expression is handed on: it stands where it comes from, those of weights in nginx.conf.
_HANDING_ON = {"chassis/http/fields.py", "chassis/kernel/weights.py"}
# What is read there is the command line of whoever runs the system.
_OPERATORS_OWN = {"ops/parsing.py"}
_FLAG = re.compile(r"re\.[A-Z]")
_OWN_ENVIRONMENT = {"chassis/run/typesetter.py"}


@dataclass(frozen=True)
class Pattern:
    where: str
    text: str | bytes
    flags: int = 0
    way: str = "search"


def all_patterns() -> Iterator[Pattern]:
    yield from of_python()
    yield from of_schemas()
    yield from of_pages()
    yield from of_nginx()


def of_python() -> Iterator[Pattern]:
    for path in _files(".py"):
        name, source = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        if name in _OPERATORS_OWN or "migrations" in path.parts:
            continue
        if re.search(r"\bre\.|Regexp|Code\(|Values\(", source):
            yield from of_source(name, source)


def of_source(name: str, source: str) -> Iterator[Pattern]:
    """Read one module. An expression that is not a constant of its module is an error."""
    tree = ast.parse(source)
    uses, taking = (
        _uses_of_compiled(tree),
        _TAKING if "chassis.http" in source or "marshmallow" in source else set(),
    )
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
        way = _way(call, taking)
        if way is None or not call.args:
            continue
        text, flags = _values(name, tree, call)
        if text is not None:
            called = uses.get(_assigned_to(tree, call), "search") if way == "compile" else way
            yield Pattern(f"{name}:{call.lineno}", text, flags, called)


def _way(call: ast.Call, taking: set[str]) -> str | None:
    match call.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=attr) if attr in _READING:
            return attr
        case ast.Name(id=taker) | ast.Attribute(attr=taker) if taker in taking:
            return "match" if taker == "Regexp" else "fullmatch"
    return None


def _values(name: str, tree: ast.Module, call: ast.Call) -> tuple[Any, int]:
    given = [call.args[0], *(arg for arg in call.args[1:] if _FLAG.match(ast.unparse(arg)))]
    given += [word.value for word in call.keywords if word.arg == "flags"]
    try:
        values = [eval(ast.unparse(part), _names(name, tree)) for part in given]  # noqa: S307 - our own code
    except NameError as unknown:
        if name in _HANDING_ON:
            return None, 0
        raise AssertionError(
            f"{name}:{call.lineno}: no constant of its module: {unknown}"
        ) from None
    return values[0], sum(int(value) for value in values[1:])


def _names(name: str, tree: ast.Module) -> dict[str, Any]:
    if name in _OWN_ENVIRONMENT:
        return {"re": re}
    return vars(import_module(name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")))


def _assigned_to(tree: ast.Module, call: ast.Call) -> str:
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if value is call:
                return target
    return ""


def _uses_of_compiled(tree: ast.Module) -> dict[str, str]:
    """How a compiled constant is used, if in one way only."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in _READING:
                uses.setdefault(name, set()).add(attr)
    return {name: ways.pop() for name, ways in uses.items() if len(ways) == 1}


def of_schemas() -> Iterator[Pattern]:
    for path in _files(".json"):
        for text in _patterns_in(json.loads(path.read_text("utf-8"))):
            yield Pattern(path.relative_to(ROOT).as_posix(), text)


def _patterns_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value["pattern"]
        if isinstance(value.get("patternProperties"), dict):
            yield from value["patternProperties"]
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _patterns_in(inner)


def of_pages() -> Iterator[Pattern]:
    for path in _files(".html"):
        for text in re.findall(r'\spattern="([^"]*)"', path.read_text("utf-8")):
            yield Pattern(path.relative_to(ROOT).as_posix(), text, way="fullmatch")


def of_nginx() -> Iterator[Pattern]:
    letters = Manifest("letters", {"id": "", "en": ""}, "", routes=(Route("/api/letters/"),))
    listening = Listening(Path("/tmp/x"), 1, 2)  # noqa: S108 - only written about
    written = render(table({"letters": letters}), {"letters": ["127.0.0.1:3"]}, listening)
    for text in re.findall(r'(?: |")~\*? ?"?([^"\n]+)"', written):
        yield Pattern("gateway/nginx.py", text)


def _files(suffix: str) -> Iterator[Path]:
    return (path for folder in CODE for path in sorted((ROOT / folder).rglob(f"*{suffix}")))

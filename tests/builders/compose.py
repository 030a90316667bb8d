"""What Docker Compose would put in place of `${…}`, in the three forms we use."""

import re
from collections.abc import Mapping


class Incomplete(Exception):
    """A value that must be given was not."""


def read_env(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z]\w*)=(.*)$", text, re.MULTILINE))


def filled(environment: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    return {name: _text(str(written), given) for name, written in environment.items()}


def _text(written: str, given: Mapping[str, str]) -> str:
    done, rest = "", written
    while "${" in rest:
        before, _, rest = rest.partition("${")
        inner, rest = _closed(rest)
        done += before + _value(inner, given)
    return done + rest


def _closed(text: str) -> tuple[str, str]:
    depth = 1
    for at, sign in enumerate(text):
        depth += (sign == "{" and text[at - 1] == "$") - (sign == "}")
        if depth == 0:
            return text[:at], text[at + 1 :]
    raise ValueError(f"not closed: {text}")


def _value(inner: str, given: Mapping[str, str]) -> str:
    name = re.match(r"\w+", inner).group()
    form, otherwise = inner[len(name) : len(name) + 2], inner[len(name) + 2 :]
    if given.get(name):
        return given[name]
    if form == ":?":
        raise Incomplete(f"{name}: {otherwise}")
    return _text(otherwise, given)

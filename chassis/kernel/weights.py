"""What a header such as Accept-Language wants more (RFC 9110): the weights of what it names.

The rule is a few regular expressions that Python and nginx read alike, so every service and both
edges choose the same. What is wanted is the name of a language or media type, as an expression.
"""

import re
from functools import cache

_WEIGHT = r"[01](?:\.[0-9]{0,3})?"
# Of `<weight>><weight>`, whether the first is more: it is 1, or goes on where the other ends, or
# has the greater digit where they differ.
_GREATER = "|".join(rf"{digit}[0-9]{{0,2}}>0\.\2[0-{digit - 1}]" for digit in range(1, 10))
MORE = (
    r"^(?:1(?:\.0{0,3})?>0(?:\.[0-9]{0,3})?"
    r"|0\.([0-9]{0,3})[0-9]{0,3}[1-9][0-9]{0,3}>0(?:\.\1)?"
    rf"|0\.([0-9]{{0,3}})(?:{_GREATER})[0-9]{{0,3}})$"
)
_MORE = re.compile(MORE)


def unweighted(name: str) -> str:
    """Match a header that names what is wanted without a weight."""
    return rf"{_named(name)}(?:,|$)"


def weighted(name: str, group: str) -> str:
    """Match one that names it with a weight, which is the group."""
    return rf"{_named(name)};\s*q=(?P<{group}>{_WEIGHT})\s*(?:,|$)"


def _named(name: str) -> str:
    """Match it with its parameters, such as a charset; the weight is the last of them."""
    return rf"(?:^|,)\s*{name}\s*(?:;(?!\s*q=)[^;,]*)*"


def is_wanted_more(name: str, other: str, header: str) -> bool:
    """Tell whether a header wants one name more than another; what it does not name, not at all."""
    return _MORE.search(f"{_weight(name, header)}>{_weight(other, header)}") is not None


def is_refused(name: str, header: str) -> bool:
    """Tell whether a header names it and does not want it at all."""
    plain, with_weight = _patterns(name)
    named = None if plain.search(header) else with_weight.search(header)
    return named is not None and float(named[1]) == 0


def _weight(name: str, header: str) -> str:
    plain, with_weight = _patterns(name)
    if plain.search(header):
        return "1"
    named = with_weight.search(header)
    return named[1] if named else "0"


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(unweighted(name), re.IGNORECASE),
        re.compile(weighted(name, "weight"), re.IGNORECASE),
    )

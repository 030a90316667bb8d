"""The languages in which people are answered, and the one rule that chooses between them.

Indonesian, unless a request's Accept-Language wants English more. The rule is a few regular
expressions that Python and nginx read alike, so every service and both edges choose the same.
"""

import re

LANGUAGES = ("id", "en")
DEFAULT_LANGUAGE, SECOND_LANGUAGE = LANGUAGES
_WEIGHT = r"[01](?:\.[0-9]{0,3})?"
# Of `<weight>><weight>`, whether the first is more: it is 1, or goes on where the other ends, or
# has the greater digit where they differ.
_GREATER = "|".join(rf"{digit}[0-9]*>0\.\2[0-{digit - 1}]" for digit in range(1, 10))
MORE = (
    r"^(?:1(?:\.0*)?>0(?:\.[0-9]*)?"
    r"|0\.([0-9]*)[0-9]*[1-9][0-9]*>0(?:\.\1)?"
    rf"|0\.([0-9]*)(?:{_GREATER})[0-9]*)$"
)


def unweighted(language: str) -> str:
    """Match an Accept-Language that names the language, or a variety of it, without a weight."""
    return rf"(?:^|,)\s*{language}(?:-[a-z0-9-]*)?\s*(?:,|$)"


def weighted(language: str) -> str:
    """Match one that names it with a weight, the group `weight_<language>`."""
    weight = rf"(?P<weight_{language}>{_WEIGHT})"
    return rf"(?:^|,)\s*{language}(?:-[a-z0-9-]*)?\s*;\s*q={weight}\s*(?:,|$)"


def wanted(accept_language: str) -> str:
    """Choose by the Accept-Language of a request; what it does not name has no weight."""
    default, second = (_weight(language, accept_language) for language in LANGUAGES)
    return SECOND_LANGUAGE if re.search(MORE, f"{second}>{default}") else DEFAULT_LANGUAGE


def _weight(language: str, accept_language: str) -> str:
    if re.search(unweighted(language), accept_language, re.IGNORECASE):
        return "1"
    named = re.search(weighted(language), accept_language, re.IGNORECASE)
    return named[1] if named else "0"

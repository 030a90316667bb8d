"""The languages in which people are answered, and the one rule that chooses between them.

Indonesian, unless a request's Accept-Language wants English more.
"""

from functools import lru_cache

from chassis.kernel.weights import is_wanted_more

LANGUAGES = ("id", "en")
DEFAULT_LANGUAGE, SECOND_LANGUAGE = LANGUAGES


def named(language: str) -> str:
    """Match the language, or a variety of it, in an Accept-Language."""
    return rf"{language}(?:-[a-z0-9-]*)?"


@lru_cache(maxsize=256)
def wanted(accept_language: str) -> str:
    """Choose by the Accept-Language of a request; what it does not name has no weight."""
    default, second = map(named, LANGUAGES)
    wants_second = is_wanted_more(second, default, accept_language)
    return SECOND_LANGUAGE if wants_second else DEFAULT_LANGUAGE

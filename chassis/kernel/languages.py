"""The languages in which people are answered: Indonesian first, English second."""

LANGUAGES = ("id", "en")
DEFAULT_LANGUAGE = LANGUAGES[0]

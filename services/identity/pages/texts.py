"""What the pages say, in the reader's language."""

from chassis.http.languages import page_language
from services.identity.manifest import MANIFEST


def say(key: str, **params: object) -> str:
    """Return a sentence of `texts/` with its values in place. Raises `KeyError`."""
    return MANIFEST.texts.sentences[key][page_language()].format_map(params)

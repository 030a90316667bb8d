"""What the pages say, in the reader's language."""

from chassis.http.languages import page_language
from services.identity.domain.ending import EndReason
from services.identity.manifest import MANIFEST


def say(key: str, **params: object) -> str:
    """Return a sentence of `texts/` with its values in place. Raises `KeyError`."""
    return MANIFEST.texts.sentences[key][page_language()].format_map(params)


def why_over(reason: EndReason) -> str:
    """Say why a session ended, and what to do."""
    return MANIFEST.texts.label("end_reason", reason, page_language())

"""What an officer marked, in words: for messages, which carry no code for a reader to look up."""

from collections.abc import Sequence

from chassis.kernel.languages import DEFAULT_LANGUAGE, LANGUAGES
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import Text
from services.proposal.manifest import MANIFEST


def marked_in_words(layanan: LayananDefinition, reasons: Sequence[Reason]) -> Text | None:
    """Name each marked part with its reason, in both languages; None where nothing is marked."""
    if not reasons:
        return None
    return {
        language: "; ".join(_said(layanan, reason, language) for reason in reasons)
        for language in LANGUAGES
    }


def _said(layanan: LayananDefinition, reason: Reason, language: str) -> str:
    why = MANIFEST.texts.label("reason", reason.code, language)
    name = _name(layanan, reason)
    return f"{name.get(language) or name[DEFAULT_LANGUAGE]}: {why}" if name else why


def _name(layanan: LayananDefinition, reason: Reason) -> Text | None:
    if reason.document:
        requirement = layanan.requirement(reason.document)
        return requirement.name if requirement else None
    marked_field = layanan.field_named(reason.field) if reason.field else None
    return marked_field.label if marked_field else None

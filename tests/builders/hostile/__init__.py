"""The hostile half of the corpus: every file here must be refused, and for the reason it says."""

from tests.builders.hostile import (
    actions,
    attachments,
    bombs,
    drawings,
    forms,
    frames,
    hidden,
    loops,
    measures,
    pictures,
    references,
)
from tests.builders.hostile.case import Hostile

KINDS = {
    "actions": actions.CASES,
    "attachments": attachments.CASES,
    "bombs": bombs.CASES,
    "drawings": drawings.CASES,
    "forms": forms.CASES,
    "frames": frames.CASES,
    "hidden": hidden.CASES,
    "loops": loops.CASES,
    "measures": measures.CASES,
    "pictures": pictures.CASES,
    "references": references.CASES,
}
HOSTILE: dict[str, Hostile] = {
    f"{kind}: {case.name}": case for kind, cases in KINDS.items() for case in cases
}

"""Mistakes in how cases answer and end: each must be found, as those of `machine_mutants`."""

import pytest

from services.proposal.usecases import applying
from tests.proposal.machine_mutants import mutant


@mutant("a revision is sent again as it was")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(applying, "unanswered", lambda _parts: [])

"""Whether a document can be opened."""

from enum import StrEnum

from services.documents.domain.refusals import DocumentFoundInfected, DocumentInQuarantine


class State(StrEnum):
    """`in_quarantine`: nobody opens it until it is scanned; `infected`: nobody ever."""

    READY = "ready"
    IN_QUARANTINE = "in_quarantine"
    INFECTED = "infected"


def check_can_be_opened(state: State) -> None:
    """Raise `DocumentInQuarantine` or `DocumentFoundInfected`."""
    if state is State.INFECTED:
        raise DocumentFoundInfected
    if state is State.IN_QUARANTINE:
        raise DocumentInQuarantine

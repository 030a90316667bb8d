"""What the rest of the system may know of the proposal service; its texts stand in `texts/`."""

from chassis.process.config import RECEIPT_KEYS
from chassis.process.manifest import Manifest, Notice


def _told(event: str, *, to: str = "applicant_id", may_lack: tuple[str, ...] = ()) -> Notice:
    return Notice(f"proposal.{event}.v1", f"proposal_{event}", to, may_lack=may_lack)


def _decided(event: str, *, to: str = "applicant_id") -> Notice:
    """What a service decided has no standing, nor has what an earlier release tells of."""
    return _told(event, to=to, may_lack=("decided_as", "marked"))


def _waits(event: str, name: str, text: str = "", may_lack: tuple[str, ...] = ()) -> Notice:
    kind = f"proposal.{event}.v1"
    return Notice(kind, name, "decider_ids", channels=("in_app",), text=text, may_lack=may_lack)


def _left(event: str, name: str, text: str) -> Notice:
    kind = f"proposal.{event}.v1"
    return Notice(kind, name, "former_decider_ids", channels=("in_app",), text=text)


def _work(event: str) -> Notice:
    return _waits(event, f"work_after_{event}", text="work")


MANIFEST = Manifest(
    name="proposal",
    title={"id": "Usulan layanan kepegawaian", "en": "Staff service proposals"},
    hears=(
        "employee.changed.v1",
        "unit.changed.v1",
        "role.changed.v1",
        "delegation.changed.v1",
        "stage.decided.v1",
        "result.decided.v1",
        "document.refused.v1",
    ),
    settings=(RECEIPT_KEYS,),
    notices=(
        _told("submitted"),
        _decided("advanced"),
        _decided("returned"),
        _told("resubmitted"),
        _decided("rejected"),
        _told("withdrawn"),
        _waits("withdrawal_requested", "withdrawal_requested"),
        _told("rerouted"),
        _waits("rerouted", "rerouted_here", text="rerouted"),
        _left("rerouted", "rerouted_away", text="rerouted"),
        _decided("withdrawal_refused"),
        _told("completed", may_lack=("decided_as",)),
        _decided("closed", to="told_ids"),
        _work("submitted"),
        _work("advanced"),
        _work("resubmitted"),
        _told("revision_waits"),
        _waits("stage_due", "stage_due"),
        _told("document_refused", may_lack=("document",)),
        _waits("document_refused", "document_refused_here", may_lack=("document",)),
    ),
    calls={"documents": ("documents.grant", "documents.make")},
    seed="services.proposal.seeds.catalogue:seed",
)

"""Proposals and their words as the service tells of them."""

from typing import Any

from tests.portal.stage_set import API, PERSON, PROPOSAL, FakeEdge


def said(code: str) -> str:
    """The label the edge tells of a code; the portal has none of its own."""
    return f"«{code}»"


def coded(*codes: str, **more: Any) -> list[dict[str, Any]]:
    return [{"code": code, "label": said(code), **more} for code in codes]


def queues(**waiting: int) -> dict[str, Any]:
    return {
        "data": [
            {"stage": stage, "label": said(stage), "waiting": number}
            for stage, number in waiting.items()
        ]
    }


def choices(actions: list[str]) -> dict[str, Any]:
    """What the service offers with actions; of the reasons, as many as a test needs."""
    decisions = [code for code in ("approve", "revise", "reject") if code in actions]
    about_documents = coded("document_outdated", "document_wrong", about=["document"])
    about_all = coded("other", about=["document", "field", "proposal"])
    refuses = "revise" in actions or "reject" in actions
    return {
        "actions": coded(*actions),
        "decisions": coded(*decisions),
        "reasons": [*about_documents, *coded("field_unclear", about=["field"]), *about_all]
        if refuses
        else [],
        "results": coded("ms", "tms") if "enter_result" in actions else [],
        "closings": coded("retired", "duplicate") if "close" in actions else [],
    }


def a_requirement(code: str = "skp", **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": f"Dokumen {code}",
        "description": "Scan asli.",
        "required": True,
        "condition": "",
        "max_bytes": 1_048_576,
        "upload": True,
        "template": None,
        "archive_key": None,
    } | changes


def a_field(name: str = "keperluan", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": "text",
        "label": name.capitalize(),
        "description": "",
        "required": True,
        "condition": "",
        "options": [],
        "minimum": None,
        "maximum": 100,
        "system": False,
    } | changes


def a_layanan(**changes: Any) -> dict[str, Any]:
    stages = ("umpeg_verification", "opd_head_approval", "processing")
    return {
        "code": "bebas_hukdis",
        "name": "Surat Bebas Hukdis",
        "short_name": "Bebas Hukdis",
        "description": "Surat.",
        "legal_basis": [],
        "procedure": [],
        "fee": "",
        "product": "",
        "window": None,
        "fields": [a_field()],
        "requirements": [a_requirement("skp"), a_requirement("surat")],
        "stages": [{"stage": stage, "label": stage} for stage in stages],
        "result": {"document": "required", "pickup_place": None, "fields": []},
    } | changes


def an_obstacle(pointer: str, detail: str, kind: str = "incomplete") -> dict[str, str]:
    return {"kind": kind, "pointer": pointer, "code": "required", "detail": detail}


def a_proposal(**changes: Any) -> dict[str, Any]:
    layanan = changes.pop("definition", None) or a_layanan()
    stage, result = changes.get("stage", "draft"), changes.get("result")
    return {
        "id": PROPOSAL,
        "number": "DEMO/2026/1",
        "lookup_code": "ABC123",
        "version": 1,
        "layanan": {
            "code": layanan["code"],
            "version": 3,
            "name": layanan["name"],
            "short_name": "Bebas",
        },
        "definition": layanan,
        "applicant": {"id": PERSON, "name": "Andini Contoh", "nip": "199001012015011901"},
        "stage": "draft",
        "stage_label": said(stage),
        "result": None,
        "result_label": said(result) if result else None,
        "fields": {"keperluan": "Lama"},
        "documents": [
            {
                "requirement": requirement["code"],
                "name": requirement["name"],
                "needed": True,
                "upload": requirement["upload"],
                "open": True,
                "current": None,
                "previous": [],
            }
            for requirement in layanan["requirements"]
        ],
        "notes": {"umpeg": [], "opd_head": [], "bkpsdm": [], "bkpsdm_head": []},
        "obstacles": [],
        "opened": {"fields": ["keperluan"], "documents": ["skp", "surat"]},
        "allowed_actions": ["submit", "withdraw"],
        "choices": choices(changes.get("allowed_actions", ["submit", "withdraw"])),
        "revision": None,
        "return_to": None,
        "outcome": None,
        "sub_status": None,
        "closing": None,
        "withdrawal": None,
        "submitted_at": None,
        "created_at": "2026-04-01T01:00:00+00:00",
    } | changes


def knows(edge: FakeEdge, proposal: dict[str, Any], etag: str = '"1"') -> None:
    """Make the edge tell of a proposal."""
    path = f"{API}/proposals/{proposal['id']}"
    told = {name: value for name, value in proposal.items() if name != "definition"}
    version = f"{API}/layanan/{proposal['layanan']['code']}/versions/3"
    edge.answers["GET", path] = (200, told, {"ETag": etag})
    edge.answers["GET", version] = (200, proposal["definition"])
    edge.answers["GET", f"{path}/history"] = (200, {"data": []})
    edge.answers["GET", f"{path}/tracking"] = (200, a_tracking())


def a_tracking(**changes: Any) -> dict[str, Any]:
    return {"holders": [], "since": None, "due": None, "steps": []} | changes


UPLOAD = "01a20000-0000-7000-8000-0000000000dd"
DOCUMENTS = "/api/documents/v1"


def an_upload(slot: str, state: str = "stored", **changes: Any) -> dict[str, Any]:
    """What documents tells of a file that a browser sent."""
    document = {"id": "01a20000-0000-7000-8000-0000000000ee", "name": "skp.pdf", "size": 2048}
    return {
        "id": UPLOAD,
        "slot": slot,
        "state": state,
        "offset": 2048,
        "length": 2048,
        "name": "skp.pdf",
        "problem": None,
        "document": {**document, "pages": 2} if state == "stored" else None,
        "receipt": "signed.receipt" if state == "stored" else None,
    } | changes


def a_refusal(text: str = "Halaman 2 berisi skrip.", *offers: str) -> dict[str, Any]:
    return {"code": "document_has_script", "detail": text, "offers": list(offers)}


def knows_upload(edge: FakeEdge, slot: str, state: str = "stored", **changes: Any) -> None:
    """Make the edge tell of an upload, and give permits."""
    told = an_upload(slot, state, **changes)
    edge.answers["GET", f"{DOCUMENTS}/uploads/{UPLOAD}"] = (200, told)
    edge.answers["POST", f"{DOCUMENTS}/permits"] = (201, {"permit": "signed.permit"})

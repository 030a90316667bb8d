"""Steps of a proposal as a client takes them, through the API."""

from tests.proposal.office import PAPERS, Office


def etag(answer) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}


def filed(office: Office):
    """A proposal filed over HTTP; returns the last answer."""
    answer = office.call(
        "POST",
        "/proposals",
        "applicant",
        json={"layanan": "bebas_hukdis", "fields": {"keperluan": "Syarat seleksi"}},
    )
    path = f"/proposals/{answer.json['id']}"
    for paper in PAPERS:
        answer = office.call(
            "PUT",
            f"{path}/documents/{paper}",
            "applicant",
            json={"receipt": office.receipt("applicant")},
            headers=etag(answer),
        )
        assert answer.status_code == 200, answer.json
    return office.call("POST", f"{path}/submit", "applicant", headers=etag(answer))


def decide(office: Office, proposal_id, who: str, seen=None, **body):
    path = f"/proposals/{proposal_id}"
    seen = seen or office.call("GET", path, who)
    return office.call(
        "POST",
        f"{path}/decisions",
        who,
        json={"decision": "approve", **body},
        headers=etag(seen),
    )

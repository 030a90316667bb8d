"""Somebody of another region with the highest offices there, who looks at everything."""

from collections import Counter
from datetime import date
from typing import Any

from chassis.process import runtime as runtimes
from chassis.process.manifest import discover, load
from chassis.process.regions import in_region
from ops.journey.sign_in import sign_in
from ops.journey.web import Person, Web
from tests.faults.arena import Arena
from tests.faults.ledger import Ledger

REGION = "lain"
NIP = "198001012005011951"
PASSWORD = "sebuah-sandi-hanya-untuk-uji-ini"
OFFICES = (
    ("bkpsdm_head", "bkpsdm"),
    ("bkpsdm_secretary", "bkpsdm"),
    ("bkpsdm_admin", "bidang-kinerja"),
    ("sysadmin", None),
)


def finds(arena: Arena, ledger: Ledger) -> list[str]:
    """Name everything of the demo region that a foreigner gets to see."""
    if "foreigner" not in arena.people:
        settle(arena)
    # Anew each time: between two looks a token may have come to its end.
    person = arena.people["foreigner"] = arrive(arena)
    proposals = {
        str(operation.answer["id"]) for operation in ledger.of("draft") if operation.answer
    }
    documents = {
        str(operation.answer["id"]) for operation in ledger.of("upload") if operation.answer
    }
    found = [f"layanan {code} twice" for code in twice(person)]
    for path, ids in (("proposal/v1/proposals", proposals), ("documents/v1/documents", documents)):
        for row_id in ids:
            status = person.call("GET", f"/api/{path}/{row_id}").status
            if status not in (403, 404):
                found.append(f"/api/{path}/{row_id}: {status}")
    for path in ("proposal/v1/inbox", "proposal/v1/proposals", "documents/v1/documents"):
        rows = person.get(f"/api/{path}?limit=100")["data"]
        found += [f"/api/{path} lists {row['id']}" for row in rows]
    return found


def twice(person: Person) -> list[str]:
    answer: Any = person.get("/api/proposal/v1/layanan")
    codes = Counter(layanan["code"] for layanan in answer["data"])
    return [code for code, count in codes.items() if count > 1]


def settle(arena: Arena) -> None:
    """Found the other region, as `./simpul init` does, with one person who may do everything."""
    from services.identity.usecases import employees, passwords, regions, roles, units

    settings = arena.supervisor.parts["identity"].settings
    app = load(discover()["identity"].app)(settings)
    with app.app_context():
        database = runtimes.of(app).db
        with in_region(REGION), database.transaction():
            top = regions.set_up(
                code=REGION, name="Daerah Lain", zone="Asia/Makassar", totp_roles=()
            )
            bkpsdm = units.add(
                code="bkpsdm", name="BKPSDM Lain", kind="opd", parent_id=top.id, bkpsdm=True
            )
            division = units.add(
                code="bidang-kinerja", name="Bidang Lain", kind="division", parent_id=bkpsdm.id
            )
            ids = {"bkpsdm": bkpsdm.id, "bidang-kinerja": division.id, None: None}
            person = employees.add(
                by=None,
                nip=NIP,
                values={"name": "Waru Contoh", "unit_id": division.id},
                contact=None,
                source="uji",
                as_of=date(2024, 1, 2),
            )
            passwords.install_password(person.id, PASSWORD, must_change=False)
            for role, unit in OFFICES:
                grant = {"employee_id": person.id, "role": role, "unit_id": ids[unit]}
                since = {"acting": "definitive", "starts_on": date(2024, 1, 2), "ends_on": None}
                roles.grant({**grant, **since}, by=None)
        database.engine.dispose()
    arena.rest(30)


def arrive(arena: Arena) -> Person:
    account = {"key": "foreigner", "name": "Waru Contoh", "region": REGION, "nip": NIP}
    return sign_in(Web(arena.url), "foreigner", {**account, "password": PASSWORD})

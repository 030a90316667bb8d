"""How fast files come in and go out, against the store's own speed on the same machine.

Eight clients each. On a machine that is busy otherwise only the processor time means something.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from typing import Any

import urllib3

from bench.registry import Costs, Reading, Stage
from bench.rig import Rig, rig
from chassis.process.ids import uuid7
from services.documents.adapters.stores.s3 import S3Store
from services.documents.domain.uploads import LARGEST_PIECE
from tests.builders.pdfs import a_pdf_of_size

CLIENTS = 8
API = "/api/documents/v1"
FILE = a_pdf_of_size(1_000_000)
SLOT = "proposal/0193a1b2-0000-7000-8000-000000000001/sk_pangkat"
_numbers = count()
Way = Callable[["Client"], None]


@dataclass
class Client:
    """One of eight: a person of their own, and kept connections."""

    rig: Rig
    number: int
    person: Any = field(default_factory=uuid7)
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=2))
    grants: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = S3Store.from_url(self.rig.store_url)
        self.token = self.rig.signer.person(self.person, "documents", exp=int(time.time()) + 7200)

    def ask(self, base: str, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        answer = self.pool.request(method, base + path, headers=headers, retries=False, **more)
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.data[:300]!r}")
        return answer


def raw_put(client: Client) -> None:
    """The limit of G6: the SDK's put, nothing else."""
    _put(client, f"raw/{next(_numbers)}")


def _put(client: Client, key: str) -> None:
    client.store.client.put_object(
        bucket_name=client.store.bucket, object_name=key, data=BytesIO(FILE), length=len(FILE)
    )


def raw_get(client: Client) -> None:
    """The limit of G7."""
    key = f"raw-get/{client.number}"
    if "raw" not in client.grants:
        _put(client, key)
        client.grants["raw"] = key
    answer = client.store.client.get_object(bucket_name=client.store.bucket, object_name=key)
    answer.read()
    answer.release_conn()


def whole(instances: int) -> Way:
    """Send a file in one POST."""

    def upload(client: Client) -> None:
        base = client.rig.instances[client.number % instances]
        fields = {"file": ("surat.pdf", FILE, "application/pdf")}
        client.ask(base, "POST", f"{API}/documents", fields=fields)

    return upload


def pieces(instances: int) -> Way:
    """Send a file by tus, each piece to another instance, by a permit as a browser does."""

    def upload(client: Client) -> None:
        bases = [client.rig.instances[n % instances] for n in range(instances)]
        base = bases[client.number % instances]
        order = {"slot": SLOT}
        signed = client.ask(base, "POST", f"{API}/permits", json=order).json()["permit"]
        tus = {"Tus-Resumable": "1.0.0", "Upload-Permit": signed}
        begun = client.ask(
            base, "POST", f"{API}/uploads", headers={**tus, "Upload-Length": str(len(FILE))}
        )
        where = begun.headers["Location"]
        for number, start in enumerate(range(0, len(FILE), LARGEST_PIECE)):
            client.ask(
                bases[(client.number + number) % instances],
                "PATCH",
                where,
                body=FILE[start : start + LARGEST_PIECE],
                headers={
                    **tus,
                    "Upload-Offset": str(start),
                    "Content-Type": "application/offset+octet-stream",
                },
            )
        client.ask(base, "POST", f"{where}/finish", headers=tus)

    return upload


def granted(instances: int) -> Way:
    """Open a document by a grant of one's own."""

    def download(client: Client) -> None:
        base = client.rig.instances[client.number % instances]
        if "grant" not in client.grants:
            client.grants["grant"] = _grant(client, base)
        if len(client.ask(base, "GET", client.grants["grant"]).data) != len(FILE):
            raise RuntimeError("another file came")

    return download


def _grant(client: Client, base: str) -> str:
    fields = {"file": ("surat.pdf", FILE, "application/pdf")}
    document = client.ask(base, "POST", f"{API}/documents", fields=fields).json()["id"]
    service = client.rig.signer.client("svc-proposal", "documents.grant")
    order = {"document_id": document, "viewer": str(client.person), "purpose": "bench"}
    told = client.ask(
        base,
        "POST",
        f"{API}/grants",
        json=order,
        headers={"Authorization": f"Bearer {service}"},
    )
    return str(told.json()["url"])


WAYS: dict[str, Way] = {
    "raw put": raw_put,
    "one POST, 1 instance": whole(1),
    "one POST, 2 instances": whole(2),
    "pieces, 1 instance": pieces(1),
    "pieces, 2 instances": pieces(2),
    "raw get": raw_get,
    "grant, 1 instance": granted(1),
    "grant, 2 instances": granted(2),
}
Pairs = Mapping[str, tuple[str, str]]


def measured(clients: list[Client], way: Way, seconds: float) -> tuple[float, Costs]:
    """Return how many a second all clients together do, and what documents used for each."""
    start, used = time.perf_counter(), clients[0].rig.cpu_seconds()
    end = start + seconds

    def work(client: Client) -> int:
        done = 0
        while time.perf_counter() < end:
            way(client)
            done += 1
        return done

    with ThreadPoolExecutor(len(clients)) as pool:
        done = sum(pool.map(work, clients))
    took = time.perf_counter() - start
    return done / took, Costs((clients[0].rig.cpu_seconds() - used) * 1000 / done)


def read_in_turns(stage: Stage, pairs: Pairs, note: str = "") -> list[Reading]:
    """Measure pairs of ways, ours and the limit, in turns; the first pair is the goal's."""
    wanted = dict.fromkeys(name for pair in pairs.values() for name in pair)
    found: dict[str, list[tuple[float, Costs]]] = {name: [] for name in wanted}
    made: Rig = stage.once("uploads", lambda: rig(instances=2))
    clients = [Client(made, number) for number in range(CLIENTS)]
    for name in wanted:
        measured(clients, WAYS[name], 0.3)  # warm: connections, imports, the checker's process
    for _ in range(stage.pace.rounds):
        for name, figures in found.items():
            figures.append(measured(clients, WAYS[name], max(stage.pace.seconds, 0.5)))
    return [
        _reading(what, found[ours], found[limit], note) for what, (ours, limit) in pairs.items()
    ]


def _reading(
    what: str, ours: list[tuple[float, Costs]], limit: list[tuple[float, Costs]], note: str
) -> Reading:
    done, most = ([rate for rate, _ in figures] for figures in (ours, limit))
    return Reading(what, done, most, costs=ours[-1][1], note=note)

"""How fast files come in and go out, against the store's own speed on the same machine.

`python -m bench.uploads [--rounds 5] [--seconds 3]` prints G6 (an upload of 1 MB with every check
and its event, ÷ a raw put), G7 (a download through a grant ÷ a raw get) and G11 (two instances
÷ one), each at eight clients, and the CPU time of documents for one of each. Ways are measured in
turns, A B A B, so that what else the machine does falls on all alike; on a machine that is busy
otherwise only the CPU time means something.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from typing import Any

import urllib3

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
RATIOS = (
    ("G6 one POST ÷ raw put", "one POST, 1 instance", "raw put", 0.5),
    ("G6 pieces ÷ raw put", "pieces, 1 instance", "raw put", 0.5),
    ("G6 one POST ÷ raw put, 2 instances", "one POST, 2 instances", "raw put", 0.5),
    ("G6 pieces ÷ raw put, 2 instances", "pieces, 2 instances", "raw put", 0.5),
    ("G7 grant ÷ raw get", "grant, 1 instance", "raw get", 0.6),
    ("G7 grant ÷ raw get, 2 instances", "grant, 2 instances", "raw get", 0.6),
    ("G11 one POST, 2 ÷ 1", "one POST, 2 instances", "one POST, 1 instance", 1.8),
    ("G11 pieces, 2 ÷ 1", "pieces, 2 instances", "pieces, 1 instance", 1.8),
    ("G11 grant, 2 ÷ 1", "grant, 2 instances", "grant, 1 instance", 1.8),
)


@dataclass
class Figures:
    """What one way did in each round: how many a second, and CPU milliseconds for each."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measured(clients: list[Client], way: Way, seconds: float) -> tuple[float, float]:
    """Return how many a second all clients together do, and documents' CPU ms for each."""
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
    return done / took, (clients[0].rig.cpu_seconds() - used) * 1000 / done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--only", default="", help="ways whose name holds this")
    given = parser.parse_args()
    with rig(instances=2) as made:
        clients = [Client(made, number) for number in range(CLIENTS)]
        ways = {name: way for name, way in WAYS.items() if given.only in name}
        for way in ways.values():
            measured(clients, way, 0.5)  # warm: connections, imports, the checker's process
        figures = {name: Figures() for name in ways}
        for _ in range(given.rounds):
            for name, way in ways.items():
                rate, cpu = measured(clients, way, given.seconds)
                figures[name].rates.append(rate)
                figures[name].cpu.append(cpu)
    report(figures)


def report(figures: dict[str, Figures]) -> None:
    say = sys.stdout.write
    for name, found in figures.items():
        rate, cpu = statistics.median(found.rates), statistics.median(found.cpu)
        say(f"{name:<38} {rate:7.1f}/s  {_spread(found.rates, 1)}  CPU {cpu:6.1f} ms each\n")
    for name, way, limit, goal in RATIOS:
        if way in figures and limit in figures:
            pairs = zip(figures[way].rates, figures[limit].rates, strict=True)
            each = [rate / most for rate, most in pairs]
            ratio = statistics.median(each)
            say(f"{name:<38} {ratio:7.2f}    {_spread(each, 2)}  goal {goal}\n")


def _spread(values: list[float], places: int) -> str:
    return f"({min(values):.{places}f}–{max(values):.{places}f})"


if __name__ == "__main__":
    main()

"""The table that `./simpul trace` prints: one line per thing that happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.speech import choose


@dataclass(frozen=True, order=True)
class Row:
    """Something that happened; rows sort by time, an effect after its cause."""

    at: datetime
    order: int
    service: str
    happening: str
    what: str
    detail: str
    request: str = ""


def recorded_row(service: str, event: Mapping[str, Any]) -> Row:
    happening = choose("dicatat", "recorded")
    request = event["request_id"] or ""
    return Row(
        _at(event["recorded_at"]), 0, service, happening, event["type"], _bus(event), request
    )


def row_of_hearing(service: str, event: Mapping[str, Any]) -> Row:
    happening = choose("diterima", "received")
    return Row(_at(event["received_at"]), 1, service, happening, event["type"], _handling(event))


def unheard_row(service: str, event: Mapping[str, Any]) -> Row:
    happening = choose("belum diterima", "not received")
    at = _at(event["published_at"] or event["recorded_at"])
    return Row(at, 2, service, happening, event["type"], "")


def rows_of_delivery(service: str, delivery: Mapping[str, Any]) -> Iterator[Row]:
    """Make one row per try, or one for a delivery without a try."""
    about = f"{delivery['event_type']} {delivery['channel']}"
    for attempt in delivery["attempts"]:
        happening = choose(f"percobaan {attempt['number']}", f"try {attempt['number']}")
        yield Row(_at(attempt["started_at"]), 3, service, happening, about, _ending(attempt))
    if not delivery["attempts"] or delivery["state"] in ("failed", "pending"):
        at = _at(delivery["finished_at"] or delivery["created_at"])
        yield Row(at, 4, service, choose("pemberitahuan", "notice"), about, _state(delivery))


def table(rows: list[Row]) -> str:
    """Lay rows out in columns under a heading."""
    zone = rows[0].at.astimezone().strftime("%z") if rows else ""
    head = choose(
        f"waktu ({zone})|layanan|kejadian|peristiwa|jalannya|permintaan",
        f"time ({zone})|service|happening|event|how it went|request",
    )
    lines = [tuple(head.split("|")), *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    at = row.at.astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return (at, row.service, row.happening, row.what, row.detail, row.request)


def _bus(event: Mapping[str, Any]) -> str:
    if event["position"] is None:
        return choose("belum bernomor", "not numbered yet")
    if event["published_at"] is None:
        return choose(f"#{event['position']}, belum terbit", f"#{event['position']}, unpublished")
    wait = _seconds(event["recorded_at"], event["published_at"])
    text = choose(f"#{event['position']}, terbit {wait}", f"#{event['position']}, published {wait}")
    unrouted = choose(", tanpa pendengar", ", nobody hears it") if event["unrouted"] else ""
    return text + unrouted


def _handling(event: Mapping[str, Any]) -> str:
    status = choose(*_STATUSES[event["status"]])
    if event["done_at"]:
        status += " " + _seconds(event["received_at"], event["done_at"])
    if event["attempts"]:
        status += choose(f", {event['attempts']} kali gagal", f", {event['attempts']} failed tries")
    return f"{status}: {event['error']}" if event["error"] else status


_STATUSES = {
    "done": ("selesai", "done"),
    "pending": ("menunggu", "waiting"),
    "parked": ("diparkir", "parked"),
    "suppressed": ("tidak diulang", "suppressed"),
}


def _ending(attempt: Mapping[str, Any]) -> str:
    if attempt["ended_at"] is None:
        return choose("belum berakhir", "not ended")
    ending = f"{attempt['ending']} {_seconds(attempt['started_at'], attempt['ended_at'])}"
    return f"{ending}: {attempt['detail']}" if attempt["detail"] else ending


def _state(delivery: Mapping[str, Any]) -> str:
    state = str(delivery["state"])
    return f"{state}: {delivery['reason']}" if delivery["reason"] else state


def _seconds(start: str, end: str) -> str:
    return f"+{(_at(end) - _at(start)).total_seconds():.2f} s"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)

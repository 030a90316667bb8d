"""When an employee's NIP changes, and which facts go on under the new one (ruling R38)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chassis.kernel.errors import Refused
from chassis.kernel.nip import Nip
from services.identity.domain.employees import from_nip, is_of_appointment

CORRECTION, CPNS_APPOINTMENT = "correction", "cpns_appointment"
REASONS = (CORRECTION, CPNS_APPOINTMENT)
# How long whoever freed a number does not give it to somebody else.
FREED_FOR = timedelta(days=30)
# A PNS begins anew on a ladder of its own.
_ENDS_WITH_THE_CONTRACT = (
    *("golongan", "golongan_pertama", "tmt_golongan", "tmt_kgb", "masa_kerja_golongan_bulan"),
)
_SINCE_WHEN = ("tmt_jabatan", "masuk_daerah")


@dataclass(frozen=True)
class NewNip:
    """Another NIP, why and by which document; `values` are facts that change with it."""

    nip: str
    reason: str
    source: str
    values: Mapping[str, Any] = field(default_factory=dict)
    as_of: date | None = None


class NipUnchanged(Refused):
    kind = "invalid"
    code = "nip_unchanged"
    text = {
        "id": "Pegawai ini sudah memakai NIP itu.",
        "en": "The employee has this NIP already.",
    }


class NipFreedByYou(Refused):
    """Nobody alone, or by somebody they made, takes a number from one and gives it to another."""

    kind = "forbidden"
    code = "nip_freed_by_you"
    text = {
        "id": "NIP ini baru saja dilepaskan dari pegawai lain, oleh Anda atau oleh yang memberi"
        " Anda peran atau akun. Administrator sistem yang mendaftarkannya.",
        "en": "This NIP was freed of another employee lately, by you or by whoever gave you role or"
        " account. A system administrator registers it.",
    }


class NoCpnsAppointment(Refused):
    kind = "invalid"
    code = "no_cpns_appointment"
    text = {
        "id": "Pengangkatan CPNS mengganti NI PPPK dengan NIP PNS. Untuk NIP yang salah,"
        ' pakai alasan "correction".',
        "en": "An appointment as CPNS replaces the NI of a PPPK by the NIP of a PNS. For a wrong"
        " NIP give the reason correction.",
    }


def check_reason(former: Nip, number: Nip, reason: str) -> None:
    """Refuse a change that is none, or of another kind. Raises `NipUnchanged`, `NoCpnsAppointment`.

    A correction may change anything: a typing error can make a PNS of a PPPK.
    """
    if number.digits == former.digits:
        raise NipUnchanged
    if reason == CPNS_APPOINTMENT and (former.kind, number.kind) != ("pppk", "pns"):
        raise NoCpnsAppointment


def carried_over(number: Nip, reason: str, present: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts as they are under a new number.

    What the number itself tells comes from it. Of an appointment, what belonged to the contract
    and what began before it is not known any more, until somebody tells it.
    """
    told = from_nip(number)
    began = present["tmt_cpns"]
    if began and is_of_appointment(number, began):
        told["tmt_cpns"] = began
    facts = {**present, **told}
    if reason == CORRECTION:
        return facts
    ended = dict.fromkeys(_ENDS_WITH_THE_CONTRACT)
    earlier = {name for name in _SINCE_WHEN if facts[name] and facts[name] < told["tmt_cpns"]}
    return {**facts, "cpns": True, **ended, **dict.fromkeys(earlier)}

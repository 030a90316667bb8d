"""The invented region "Kota Contoh Raya": its units, and what an account of it is."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DemoUnit:
    code: str
    name: str
    kind: str
    parent: str
    bkpsdm: bool = False


@dataclass(frozen=True)
class DemoPerson:
    """One account; `roles` are (role, unit code or None)."""

    key: str
    nip: str
    name: str
    unit: str
    facts: dict[str, Any]
    title_suffix: str | None = None
    roles: tuple[tuple[str, str | None], ...] = ()


REGION = {"code": "demo", "name": "Kota Contoh Raya", "zone": "Asia/Jakarta"}

UNITS = (
    DemoUnit("setda", "Sekretariat Daerah", "opd", "demo"),
    DemoUnit("disdik", "Dinas Pendidikan", "opd", "demo"),
    DemoUnit("dinkes", "Dinas Kesehatan", "opd", "demo"),
    DemoUnit(
        "bkpsdm",
        "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
        "opd",
        "demo",
        bkpsdm=True,
    ),
    DemoUnit("sdn-contoh-1", "SD Negeri Contoh 1", "unit", "disdik"),
    DemoUnit("bidang-kinerja", "Bidang Penilaian Kinerja dan Penghargaan", "division", "bkpsdm"),
    DemoUnit("bidang-mutasi", "Bidang Mutasi dan Promosi", "division", "bkpsdm"),
    DemoUnit("bidang-pengembangan", "Bidang Pengembangan Kompetensi", "division", "bkpsdm"),
    DemoUnit("sekretariat", "Sekretariat BKPSDM", "division", "bkpsdm"),
)

"""The invented region "Kota Contoh Raya": nobody here exists, and the numbers say so.

Serials of 900 and above and names of "Contoh" keep these people apart from real ones.
"""

from dataclasses import dataclass
from datetime import date
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
    totp: bool = False


REGION = {"code": "demo", "name": "Kota Contoh Raya", "zone": "Asia/Jakarta"}
TOTP_ROLES = ("bkpsdm_head", "sysadmin")

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
)


def _struktural(jabatan: str, golongan: str, since: int) -> dict[str, Any]:
    return {
        "jabatan": jabatan,
        "jenis_jabatan": "struktural",
        "golongan": golongan,
        "golongan_pertama": "III/a",
        "tmt_golongan": date(since, 4, 1),
        "tmt_jabatan": date(since, 6, 1),
        "tmt_kgb": date(2024, 12, 1),
        "masuk_daerah": date(2012, 1, 1),
    }


def _pelaksana(jabatan: str, golongan: str = "III/b") -> dict[str, Any]:
    return {
        "jabatan": jabatan,
        "jenis_jabatan": "pelaksana",
        "golongan": golongan,
        "golongan_pertama": "III/a",
        "tmt_golongan": date(2022, 4, 1),
        "tmt_jabatan": date(2022, 6, 1),
        "tmt_kgb": date(2025, 1, 1),
        "masuk_daerah": date(2021, 1, 1),
        "masa_kerja_golongan_bulan": 60,
    }


PEOPLE = (
    DemoPerson(
        "applicant",
        "199001012015011901",
        "Andini Contoh",
        "disdik",
        _pelaksana("Pengelola Data Pendidikan"),
        "S.Kom.",
    ),
    DemoPerson(
        "applicant_pppk",
        "199201152023212902",
        "Bunga Contoh",
        "disdik",
        {
            "jabatan": "Penyuluh Pendidikan",
            "jenis_jabatan": "pelaksana",
            "golongan": "IX",
            "golongan_pertama": "IX",
            "tmt_golongan": date(2023, 3, 1),
            "masuk_daerah": date(2023, 3, 1),
        },
        "S.Pd.",
    ),
    DemoPerson(
        "applicant_jf",
        "198808172014032903",
        "Cahaya Contoh",
        "sdn-contoh-1",
        {
            "jabatan": "Guru Ahli Pertama",
            "jenis_jabatan": "jf",
            "jenjang": "ahli_pertama",
            "guru": True,
            "golongan": "III/b",
            "golongan_pertama": "III/a",
            "tmt_golongan": date(2022, 4, 1),
            "tmt_jabatan": date(2016, 4, 1),
            "tmt_kgb": date(2024, 3, 1),
            "masuk_daerah": date(2014, 3, 1),
            "masa_kerja_golongan_bulan": 144,
        },
        "S.Pd.",
    ),
    DemoPerson(
        "umpeg",
        "198703032011012904",
        "Dahlia Contoh",
        "disdik",
        _pelaksana("Kepala Subbagian Umum dan Kepegawaian", "III/d"),
        "S.E.",
        (("umpeg", "disdik"),),
    ),
    DemoPerson(
        "umpeg_second",
        "198905052012011905",
        "Edelweis Contoh",
        "disdik",
        _pelaksana("Analis Sumber Daya Manusia", "III/c"),
        "S.Sos.",
        (("umpeg", "disdik"),),
    ),
    DemoPerson(
        "opd_head",
        "197202021998031906",
        "Flamboyan Contoh",
        "disdik",
        _struktural("Kepala Dinas Pendidikan", "IV/c", 2021),
        "M.Pd.",
        (("opd_head", "disdik"),),
    ),
    DemoPerson(
        "opd_secretary",
        "197806062003122907",
        "Gardenia Contoh",
        "disdik",
        _struktural("Sekretaris Dinas Pendidikan", "IV/b", 2022),
        "M.Si.",
        (("opd_secretary", "disdik"),),
    ),
    DemoPerson(
        "applicant_dinkes",
        "199307072019031908",
        "Hijau Contoh",
        "dinkes",
        _pelaksana("Pengelola Obat"),
        "A.Md.",
    ),
    DemoPerson(
        "umpeg_dinkes",
        "198608082010012909",
        "Indah Contoh",
        "dinkes",
        _pelaksana("Kepala Subbagian Umum dan Kepegawaian", "III/d"),
        "S.KM.",
        (("umpeg", "dinkes"),),
    ),
    DemoPerson(
        "opd_head_dinkes",
        "197309092000031910",
        "Jati Contoh",
        "dinkes",
        _struktural("Kepala Dinas Kesehatan", "IV/c", 2020),
        "M.Kes.",
        (("opd_head", "dinkes"),),
    ),
    DemoPerson(
        "bkpsdm_admin",
        "198510102009012911",
        "Kenanga Contoh",
        "bidang-kinerja",
        _pelaksana("Analis Kinerja", "III/c"),
        "S.AP.",
        (("bkpsdm_admin", "bidang-kinerja"),),
    ),
    DemoPerson(
        "bkpsdm_admin_second",
        "199011112014021912",
        "Lontar Contoh",
        "bidang-kinerja",
        _pelaksana("Pengelola Kepegawaian", "III/b"),
        "S.IP.",
        (("bkpsdm_admin", "bidang-kinerja"),),
    ),
    DemoPerson(
        "division_head",
        "197912122005012913",
        "Melati Contoh",
        "bidang-kinerja",
        _struktural("Kepala Bidang Penilaian Kinerja dan Penghargaan", "IV/a", 2022),
        "M.AP.",
        (("division_head", "bidang-kinerja"),),
    ),
    DemoPerson(
        "bkpsdm_secretary",
        "197601012002121914",
        "Nusa Contoh",
        "bkpsdm",
        _struktural("Sekretaris BKPSDM", "IV/b", 2021),
        "M.M.",
        (("bkpsdm_secretary", "bkpsdm"),),
    ),
    DemoPerson(
        "bkpsdm_head",
        "197102021997032915",
        "Orkid Contoh",
        "bkpsdm",
        _struktural("Kepala BKPSDM", "IV/c", 2020),
        "M.Si.",
        (("bkpsdm_head", "bkpsdm"), ("opd_head", "bkpsdm")),
        totp=True,
    ),
    DemoPerson(
        "umpeg_bkpsdm",
        "199103032016012916",
        "Puspa Contoh",
        "bkpsdm",
        _pelaksana("Pengelola Kepegawaian"),
        "S.H.",
        (("umpeg", "bkpsdm"),),
    ),
    DemoPerson(
        "sekda",
        "196904041994031917",
        "Rimba Contoh",
        "setda",
        _struktural("Sekretaris Daerah", "IV/d", 2019),
        "M.Si.",
        (("sekda", None), ("opd_head", "setda")),
    ),
    DemoPerson(
        "sysadmin",
        "199505052020121918",
        "Sagu Contoh",
        "bkpsdm",
        _pelaksana("Pranata Komputer"),
        "S.Kom.",
        (("sysadmin", None),),
        totp=True,
    ),
)

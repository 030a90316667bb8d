"""What can be imported into identity: columns, and how a row becomes what the desks take."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from chassis.kernel.errors import Refused
from chassis.run.import_cells import DAY, FLAG, NIP, TEXT, WHOLE_NUMBER, WORDS, choice
from chassis.run.import_columns import Column
from chassis.run.importing import Effect, ImportKind, Telling, Told
from services.identity.api.requests import EmployeeRow, UnitRow
from services.identity.domain.employees import JENIS_JABATAN, JENJANG
from services.identity.usecases import importing
from services.identity.usecases.many_employees import put_employees

_CONTACT = ("email", "phone")
_SEX = {"male": "L", "female": "P"}
_UNIT_KINDS = {"opd": "OPD", "unit": "Unit", "division": "Bidang"}


def _help(indonesian: str, english: str) -> dict[str, str]:
    return {"id": indonesian, "en": english}


def _tmt(name: str, of: str, example: str = "") -> Column:
    words = _help(f"Mulai berlakunya {of}", f"Since when: {of}")
    return Column(name, f"TMT {of}", DAY, example, words, also=(f"tmt{of}",))


_ACTIVE = Column(
    "active",
    "Aktif",
    FLAG,
    "",
    _help("Kosong berarti tetap; tidak = nonaktif", "Empty: stays as it is; tidak: not in use"),
    also=("Status aktif",),
)
EMPLOYEE_COLUMNS = (
    Column(
        "nip",
        "NIP",
        NIP,
        "198001012005011999",
        _help("18 angka, ditulis sebagai teks", "18 digits, written as text"),
        also=("NIP baru", "NI PPPK", "NIP/NI PPPK"),
        required=True,
    ),
    Column(
        "name",
        "Nama",
        TEXT,
        "Budi Contoh",
        _help("Nama tanpa gelar", "The name without titles"),
        also=("Nama lengkap", "Nama pegawai"),
        required=True,
    ),
    Column("title_prefix", "Gelar depan", TEXT, "Dr.", _help("Bila ada", "If any")),
    Column("title_suffix", "Gelar belakang", TEXT, "M.Si.", _help("Bila ada", "If any")),
    Column(
        "unit_id",
        "Kode unit",
        TEXT,
        "disdik",
        _help("Kode unit tempat bekerja, seperti pada daftar unit", "The code of the unit"),
        also=("Unit", "Unit kerja", "Kode OPD"),
        required=True,
    ),
    Column("jabatan", "Jabatan", TEXT, "Analis SDM Aparatur", _help("Nama jabatan", "The post")),
    Column(
        "jenis_jabatan",
        "Jenis jabatan",
        choice({code: code for code in JENIS_JABATAN}),
        "jf",
        _help("struktural, jf (fungsional), atau pelaksana", "struktural, jf or pelaksana"),
    ),
    Column(
        "jenjang",
        "Jenjang",
        choice({code: code.replace("_", " ") for code in JENJANG}),
        "ahli muda",
        _help("Hanya untuk jabatan fungsional", "Only for a functional post"),
    ),
    Column("guru", "Guru", FLAG, "tidak", _help("ya untuk guru", "ya for a teacher")),
    Column("cpns", "CPNS", FLAG, "tidak", _help("ya selama CPNS", "ya while CPNS")),
    Column(
        "golongan",
        "Golongan",
        TEXT,
        "III/d",
        _help("I/a sampai IV/e, PPPK I sampai XVII", "I/a to IV/e, PPPK I to XVII"),
        also=("Gol", "Golongan ruang", "Gol/ruang"),
    ),
    Column("golongan_pertama", "Golongan pertama", TEXT, "III/a", _help("Saat CPNS", "As CPNS")),
    _tmt("tmt_golongan", "golongan", "01/04/2022"),
    _tmt("tmt_jabatan", "jabatan", "01/06/2022"),
    _tmt("tmt_cpns", "CPNS", "01/01/2005"),
    _tmt("tmt_kgb", "KGB", "01/01/2025"),
    Column(
        "masuk_daerah",
        "Masuk daerah",
        DAY,
        "01/01/2005",
        _help("Sejak kapan bekerja di daerah ini", "Since when in this region"),
    ),
    Column(
        "masa_kerja_golongan_bulan",
        "Masa kerja golongan (bulan)",
        WHOLE_NUMBER,
        "240",
        _help("Dalam bulan", "In months"),
        also=("MKG", "Masa kerja golongan"),
    ),
    Column(
        "birth_date",
        "Tanggal lahir",
        DAY,
        "01/01/1980",
        _help("Hanya untuk diperiksa terhadap NIP", "Only compared with the NIP"),
        also=("Tgl lahir",),
    ),
    Column(
        "sex",
        "Jenis kelamin",
        choice(_SEX),
        "L",
        _help("Hanya untuk diperiksa terhadap NIP", "Only compared with the NIP"),
        also=("L/P", "JK"),
    ),
    Column(
        "email",
        "Surel",
        TEXT,
        "budi@contoh.example",
        _help(
            "Hanya dipakai saat pegawai didaftarkan; sesudahnya ia mengubahnya sendiri",
            "Taken at registration only; afterwards it is the person's own",
        ),
        also=("Email", "E-mail", "Alamat surel"),
    ),
    Column(
        "phone",
        "Telepon",
        TEXT,
        "0834-0000-9990",
        _help("Seperti surel", "As with the mail address"),
        also=("No HP", "Nomor HP", "HP", "WhatsApp", "No. telepon"),
    ),
    Column(
        "roles",
        "Peran",
        WORDS,
        "umpeg",
        _help(
            "Misalnya opd_head atau umpeg, dipisah koma; diberikan sejak hari ini, tidak dicabut",
            "For example opd_head or umpeg, separated by commas; given from today, none taken away",
        ),
        also=("Role", "Hak akses"),
    ),
    _ACTIVE,
)
UNIT_COLUMNS = (
    Column(
        "code",
        "Kode",
        TEXT,
        "dinas-contoh",
        _help("Huruf kecil, angka, tanda hubung", "Small letters, digits, hyphens"),
        also=("Kode unit", "Kode OPD"),
        required=True,
    ),
    Column(
        "name",
        "Nama",
        TEXT,
        "Dinas Contoh",
        _help("Nama resmi", "The official name"),
        also=("Nama unit", "Nama OPD", "Unit kerja"),
        required=True,
    ),
    Column(
        "kind",
        "Jenis",
        choice(_UNIT_KINDS),
        "OPD",
        _help("Bidang hanya di bawah OPD", "Bidang only below an OPD"),
        also=("Jenis unit",),
        required=True,
    ),
    Column(
        "parent_id",
        "Kode induk",
        TEXT,
        "",
        _help(
            "Kode unit di atasnya, boleh dari berkas ini; kosong = daerah",
            "The code of the unit above, of this file or not; empty: the region",
        ),
        also=("Induk", "Kode unit induk"),
    ),
    _ACTIVE,
)


def _apply_employee(values: Mapping[str, Any], telling: Telling) -> Effect:
    told = _told(values, importing.unit_id(values["unit_id"], column="unit_id"), telling)
    return importing.put_employee(EmployeeRow().load(told), values.get("roles", []), telling)


def _apply_employees(rows: Sequence[Mapping[str, Any]], telling: Telling) -> Sequence[Told]:
    plain = [*takewhile(lambda row: not row.get("roles"), rows)]
    units = importing.unit_ids({row["unit_id"] for row in plain}) if plain else {}
    return put_employees([*_readable(plain, units, telling)], telling)


def _readable(
    rows: Sequence[Mapping[str, Any]], units: Mapping[str, UUID], telling: Telling
) -> Iterator[Any]:
    """Yield rows as the desk takes them, and why one is refused in its place."""
    schema = EmployeeRow()
    for row in rows:
        try:
            unit_id = importing.unit_among(units, row["unit_id"], column="unit_id")
            yield schema.load(_told(row, unit_id, telling))
        except (Refused, ValidationError) as error:
            yield error


def _told(values: Mapping[str, Any], unit_id: UUID, telling: Telling) -> dict[str, Any]:
    """Turn a row into what a client would send."""
    row = {name: value for name, value in values.items() if name != "roles"}
    contact = {name: row.pop(name) for name in _CONTACT if name in row}
    row |= {"unit_id": str(unit_id), "source": telling.source}
    return _plain(row | ({"contact": contact} if contact else {}))


def _apply_unit(values: Mapping[str, Any], telling: Telling) -> Effect:
    row = dict(values)
    row["parent_id"] = str(importing.parent_id(row.get("parent_id")))
    return importing.put_unit(UnitRow().load(row), telling)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
    }


KINDS = {
    kind.code: kind
    for kind in (
        ImportKind(
            "employees",
            {"id": "Pegawai", "en": "Employees"},
            EMPLOYEE_COLUMNS,
            "nip",
            _apply_employee,
            importing.take_back_employee,
            together=_apply_employees,
        ),
        ImportKind(
            "units",
            {"id": "Unit kerja", "en": "Units"},
            UNIT_COLUMNS,
            "code",
            _apply_unit,
            importing.take_back_unit,
            needs="parent_id",
        ),
    )
}

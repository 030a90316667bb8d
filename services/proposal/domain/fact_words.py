"""What the facts of an employee are called where one of them is not on record (R52)."""

from collections.abc import Collection, Mapping

from chassis.kernel.languages import LANGUAGES
from services.proposal.domain.stages import Text

FACT_WORDS: Mapping[str, Text] = {
    "kind": {"id": "jenis pegawai", "en": "kind of employee"},
    "cpns": {"id": "status CPNS", "en": "CPNS status"},
    "guru": {"id": "status guru", "en": "whether a teacher"},
    "jabatan": {"id": "jabatan", "en": "post"},
    "jenis_jabatan": {"id": "jenis jabatan", "en": "kind of post"},
    "jenjang": {"id": "jenjang jabatan", "en": "level of post"},
    "golongan": {"id": "golongan", "en": "golongan"},
    "golongan_pertama": {"id": "golongan pertama", "en": "first golongan"},
    "pangkat": {"id": "pangkat", "en": "rank"},
    "tmt_cpns": {"id": "TMT CPNS atau kontrak pertama", "en": "date of the first appointment"},
    "tmt_golongan": {"id": "TMT golongan", "en": "date of the golongan"},
    "tmt_jabatan": {"id": "TMT jabatan", "en": "date of the post"},
    "tmt_kgb": {"id": "TMT KGB terakhir", "en": "date of the last KGB"},
    "masuk_daerah": {"id": "tanggal masuk daerah", "en": "date of entry into the region"},
    "masa_kerja_golongan_bulan": {"id": "masa kerja golongan", "en": "tenure in the golongan"},
    "tenure_months": {
        "id": "tanggal pengangkatan CPNS atau kontrak pertama",
        "en": "date of the first appointment or contract",
    },
    "kp_pertama": {"id": "golongan pertama", "en": "first golongan"},
    "mutasi_masuk": {"id": "tanggal masuk daerah", "en": "date of entry into the region"},
}


def facts_in_words(names: Collection[str]) -> Text:
    """Write the names of facts as a list, each once."""
    return {
        language: ", ".join(dict.fromkeys(FACT_WORDS[name][language] for name in sorted(names)))
        for language in LANGUAGES
    }

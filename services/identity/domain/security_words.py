"""What security events and their reasons are called; a code of another release stands as it is."""

from collections.abc import Mapping

Words = Mapping[str, str]

KINDS: Mapping[str, Words] = {
    "sign_in_failed": {"id": "Gagal masuk", "en": "Failed sign-in"},
    "sign_in_locked": {"id": "Masuk ditahan", "en": "Sign-in held back"},
    "new_device": {"id": "Perangkat baru", "en": "New device"},
    "recovery": {"id": "Pemulihan akun", "en": "Account recovery"},
    "factor": {"id": "Faktor kedua", "en": "Second factor"},
    "password": {"id": "Kata sandi", "en": "Password"},
    "session": {"id": "Sesi", "en": "Session"},
    "nip": {"id": "NIP diganti", "en": "NIP replaced"},
    "role": {"id": "Peran", "en": "Role"},
    "delegation": {"id": "Delegasi", "en": "Delegation"},
    "client": {"id": "Aplikasi", "en": "Application"},
    "access_refused": {"id": "Akses ditolak", "en": "Access refused"},
    "token_refused": {"id": "Tanda masuk ditolak", "en": "Token refused"},
    "export": {"id": "Daftar diunduh", "en": "List exported"},
    "bulk_view": {"id": "Banyak data dibuka", "en": "Many rows looked at"},
    "import": {"id": "Impor", "en": "Import"},
}
REASONS: Mapping[str, Words] = {
    "granted": {"id": "diberikan", "en": "granted"},
    "given": {"id": "diberikan", "en": "given"},
    "ended": {"id": "diakhiri", "en": "ended"},
    "ended_by_leaving": {"id": "berakhir karena pegawai keluar", "en": "ended by leaving"},
    "prolonged": {"id": "diperpanjang", "en": "prolonged"},
    "correction": {"id": "koreksi", "en": "correction"},
    "cpns_appointment": {"id": "pengangkatan CPNS", "en": "appointment as CPNS"},
    "enrolled": {"id": "dipasang", "en": "enrolled"},
    "removed": {"id": "dilepas", "en": "removed"},
    "codes_renewed": {"id": "kode pemulihan dibuat baru", "en": "recovery codes renewed"},
    "recovery_code_used": {"id": "kode pemulihan dipakai", "en": "recovery code used"},
    "registered": {"id": "didaftarkan", "en": "registered"},
    "secret_changed": {"id": "rahasia diganti", "en": "secret changed"},
    "changed": {"id": "diubah", "en": "changed"},
    "forbidden": {"id": "tidak berwenang", "en": "not allowed"},
    "not_found": {"id": "bukan miliknya", "en": "not theirs"},
    "insufficient_scope": {"id": "aplikasi tidak berwenang", "en": "scope is missing"},
    "token_missing": {"id": "tanpa tanda masuk", "en": "no token"},
    "token_invalid": {"id": "tanda masuk palsu atau rusak", "en": "forged or broken token"},
    "session_revoked": {"id": "sesi sudah diakhiri", "en": "session was ended"},
    "sign_in_refused": {
        "id": "NIP atau kata sandi salah",
        "en": "wrong NIP or password",
    },
    "code_wrong": {"id": "kode salah", "en": "wrong code"},
    "too_many_attempts": {"id": "terlalu banyak percobaan", "en": "too many attempts"},
    "first_seen": {"id": "pertama kali dipakai", "en": "first used"},
    "password_changed": {"id": "kata sandi diganti", "en": "password changed"},
    "recovery": {"id": "pemulihan akun", "en": "account recovery"},
    "factor_removed": {"id": "faktor kedua dilepas", "en": "second factor removed"},
    "left": {"id": "pegawai keluar", "en": "left"},
    "ended_by_administrator": {"id": "diakhiri administrator", "en": "ended by an administrator"},
    "applying": {"id": "diterapkan", "en": "applied"},
    "undoing": {"id": "dibatalkan", "en": "undone"},
    "many_rows": {"id": "satu per satu dalam waktu singkat", "en": "one by one in a short time"},
    "csv": {"id": "CSV", "en": "CSV"},
    "xlsx": {"id": "Excel", "en": "Excel"},
}


def said(words: Mapping[str, Words], code: str, language: str) -> str:
    """Return what a code is called, itself where nothing is known of it."""
    return words.get(code, {}).get(language, code)

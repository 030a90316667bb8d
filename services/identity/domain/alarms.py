"""When security events are so many that somebody must look; a region may choose how many."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

By = Literal["actor_id", "person_id", "origin", "region"]


@dataclass(frozen=True)
class Threshold:
    """So many of a kind from one origin, of one person or in the whole region, within a time."""

    kind: str
    by: By
    most: int
    within: timedelta
    label: Mapping[str, str]
    why: Collection[str] = ()  # empty: whatever happened


# Noted beside the step itself where the account decides over BKPSDM's own officers.
HIGH_OFFICE = "high_office"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
THRESHOLDS: Mapping[str, Threshold] = {
    "sign_ins_of_an_account": Threshold(
        "sign_in_failed",
        "person_id",
        20,
        _HOUR,
        {"id": "Gagal masuk ke satu akun", "en": "Failed sign-ins of one account"},
    ),
    "sign_ins_from_an_address": Threshold(
        "sign_in_failed",
        "origin",
        100,
        _HOUR,
        {"id": "Gagal masuk dari satu alamat", "en": "Failed sign-ins from one address"},
    ),
    "tokens_refused": Threshold(
        "token_refused",
        "region",
        300,
        timedelta(minutes=15),
        {"id": "Tanda masuk yang ditolak", "en": "Refused tokens"},
    ),
    "access_refused": Threshold(
        "access_refused",
        "actor_id",
        30,
        _HOUR,
        {"id": "Akses satu orang yang ditolak", "en": "Refused access of one person"},
    ),
    "rows_looked_at": Threshold(
        "bulk_view",
        "actor_id",
        300,
        _HOUR,
        {"id": "Data yang dibuka satu orang", "en": "Rows that one person looked at"},
    ),
    "rows_exported": Threshold(
        "export",
        "actor_id",
        20_000,
        _DAY,
        {"id": "Baris daftar yang diunduh satu orang", "en": "Rows that one person exported"},
    ),
    "applications_changed": Threshold(
        "client",
        "region",
        1,
        _HOUR,
        {"id": "Perubahan aplikasi atau rahasianya", "en": "Changes of an application or secret"},
    ),
    "roles_changed": Threshold(
        "role",
        "actor_id",
        20,
        _HOUR,
        {"id": "Peran yang diubah satu orang", "en": "Roles that one person changed"},
        why=("granted", "ended", "prolonged"),
    ),
    "high_accounts_recovered": Threshold(
        "recovery",
        "person_id",
        1,
        _DAY,
        {"id": "Pemulihan akun pejabat tinggi", "en": "Recovery of a high officer's account"},
        why=(HIGH_OFFICE,),
    ),
    "recoveries_confirmed": Threshold(
        "recovery",
        "actor_id",
        10,
        _DAY,
        {
            "id": "Pemulihan akun yang dikonfirmasi satu orang",
            "en": "Recoveries that one person confirmed",
        },
        why=("password_confirmed", "second_factor_confirmed"),
    ),
    "recoveries_stopped": Threshold(
        "recovery",
        "actor_id",
        3,
        _DAY,
        {
            "id": "Pemulihan akun yang dihentikan satu petugas",
            "en": "Recoveries that one officer stopped",
        },
        why=("stopped_by_officer",),
    ),
    "factors_removed": Threshold(
        "factor",
        "region",
        5,
        _DAY,
        {"id": "Faktor kedua yang dilepas", "en": "Second factors taken away"},
        why=("removed",),
    ),
    "nips_corrected": Threshold(
        "nip",
        "actor_id",
        5,
        _DAY,
        {"id": "NIP yang dikoreksi satu orang", "en": "NIPs that one person corrected"},
        why=("correction",),
    ),
    "links_guessed": Threshold(
        "recovery",
        "region",
        200,
        _HOUR,
        {"id": "Tautan akun yang ditebak", "en": "Guessed links of accounts"},
        why=("link_guessed",),
    ),
}
LONGEST = max(threshold.within for threshold in THRESHOLDS.values())
MOST = 1_000_000


def counts(threshold: Threshold, kind: str, why: str) -> bool:
    """Say whether an event is one of those that a threshold counts."""
    return threshold.kind == kind and (not threshold.why or why in threshold.why)


def limits_of(chosen: Mapping[str, int]) -> dict[str, int]:
    """Return what is too many under each threshold, as the region chose or by default."""
    return {code: chosen.get(code, rule.most) for code, rule in THRESHOLDS.items()}

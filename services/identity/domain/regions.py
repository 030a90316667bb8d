"""A region: one regency or city with its own staff, catalogue and time zone."""

import re

from chassis.kernel.errors import FieldError, Invalid

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_CODE = re.compile(r"[a-z][a-z0-9-]{1,14}[a-z0-9]")


def check_region(*, code: str, name: str, zone: str) -> None:
    """Refuse a region that cannot be set up.

    Raises `Invalid` with one error per field.
    """
    errors = []
    if not _CODE.fullmatch(code):
        errors.append(
            FieldError(
                "/code",
                "invalid_code",
                "Kode daerah: 3-16 huruf kecil, angka atau tanda hubung.",
                "Region code: 3-16 lower-case letters, digits or hyphens.",
            )
        )
    if not name.strip():
        errors.append(FieldError("/name", "required", "Nama wajib diisi.", "A name is required."))
    if zone not in ZONES:
        known = ", ".join(f"{zone} ({short})" for zone, short in ZONES.items())
        errors.append(
            FieldError(
                "/zone", "unknown_zone", f"Zona waktu: {known}.", f"Time zone: one of {known}."
            )
        )
    if errors:
        raise Invalid(errors=errors)

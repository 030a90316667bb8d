"""What a person is told once a system runs: where it is, and who may sign in to its demo."""

import json
import shlex
from pathlib import Path
from typing import Any

from ops import folder
from ops.speech import choose, complain, say


def announce(url: str, data: Path, *, is_open: bool) -> None:
    """Say where it is and who may sign in; `is_open` when others can reach it too."""
    accounts = demo_accounts(data)
    if accounts:
        otp = f"./simpul otp {choose('<akun>', '<account>')}{data_option(data)}"
        say("\nAkun contoh (orangnya rekaan):", "\nDemo accounts (the people are invented):")
        print(as_table(accounts))
        say(
            f"TOTP: kode masuknya dari {otp}",
            f"TOTP: the sign-in code comes from {otp}",
        )
        if is_open:
            warn_of_open_doors()
    say(f"\nSurat elektronik: {data / 'mail'}", f"\nMails: {data / 'mail'}")
    say(f"Simpul siap di {url}  (berhenti: Ctrl-C)", f"Simpul is ready at {url}  (stop: Ctrl-C)")


def warn_of_open_doors() -> None:
    complain(
        choose(
            "PERINGATAN: alamat ini dapat dibuka dari luar komputer ini, dan kata sandi akun "
            "contoh tampil di atas. Siapa pun yang membacanya dapat masuk, juga sebagai "
            "administrator. Jangan isi data orang sebenarnya; untuk itu: ./simpul init --data DIR",
            "WARNING: others can open this address, and the demo accounts' passwords are shown "
            "above. Whoever reads them can sign in, as administrator too. Put no real people's "
            "data into it; for those: ./simpul init --data DIR",
        )
    )


def data_option(data: Path) -> str:
    """Return what a command that is printed must add to reach this folder."""
    return "" if data == folder.default_folder().resolve() else f" --data {shlex.quote(str(data))}"


def demo_accounts(data: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads((data / folder.CREDENTIALS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    accounts: list[dict[str, Any]] = content["accounts"]
    return accounts


def as_table(accounts: list[dict[str, Any]]) -> str:
    rows = [
        (
            account["key"],
            account["nip"],
            account["password"],
            account["name"] + (" (TOTP)" if account.get("totp_secret") else ""),
        )
        for account in accounts
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  "
        + "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]
        )
        for row in rows
    )

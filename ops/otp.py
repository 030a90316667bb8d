"""`./simpul otp <account>`: the current sign-in code of a demo account.

It exists so that a demo of two-step sign-in needs no phone; a real region's secrets are never
in a file, so there it has nothing to show.
"""

import argparse
from pathlib import Path
from typing import Any

import pyotp

from ops import folder
from ops.speech import Stop


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", help="bkpsdm_head, sysadmin, …")
    parser.add_argument("--data", type=Path, default=folder.default_folder(), metavar="DIR")


def run(options: argparse.Namespace) -> int:
    print(current_code(account(folder.credentials(options.data), options.account)))
    return 0


def account(credentials: dict[str, Any], key: str) -> dict[str, Any]:
    accounts = {one["key"]: one for one in credentials["accounts"]}
    if key in accounts:
        found: dict[str, Any] = accounts[key]
        return found
    names = ", ".join(accounts)
    raise Stop(
        f"tidak ada akun contoh {key!r}; yang ada: {names}",
        f"there is no demo account {key!r}; there are: {names}",
    )


def current_code(found: dict[str, Any]) -> str:
    if not found.get("totp_secret"):
        raise Stop(
            f"akun {found['key']} masuk dengan kata sandi saja",
            f"the account {found['key']} signs in with its password alone",
        )
    return pyotp.TOTP(found["totp_secret"]).now()

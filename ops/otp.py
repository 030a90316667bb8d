"""`./simpul otp <account>`: the current sign-in code of a demo account.

It exists so that a demo of two-step sign-in needs no phone; a real region's secrets are never
in a file, so there it has nothing to show.
"""

import argparse
from typing import Any

import pyotp

from ops import folder
from ops.speech import Stop, choose


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "account",
        metavar=choose("akun", "account"),
        help=choose("misalnya sysadmin", "for instance sysadmin"),
    )
    folder.add_option(parser)


def run(options: argparse.Namespace) -> int:
    print(current_code(find_account(folder.credentials(options.data), options.account)))
    return 0


def find_account(credentials: dict[str, Any], key: str) -> dict[str, Any]:
    accounts: dict[str, dict[str, Any]] = {
        account["key"]: account for account in credentials["accounts"]
    }
    if key in accounts:
        return accounts[key]
    names = ", ".join(accounts)
    raise Stop(
        f"tidak ada akun contoh {key!r}; yang ada: {names}",
        f"there is no demo account {key!r}; there are: {names}",
    )


def current_code(account: dict[str, Any]) -> str:
    if not account.get("totp_secret"):
        raise Stop(
            f"akun {account['key']} masuk dengan kata sandi saja",
            f"the account {account['key']} signs in with its password alone",
        )
    return pyotp.TOTP(account["totp_secret"]).now()

"""The forms of pages: where they are sent, and what somebody who means it sends."""

from collections.abc import Iterator

from flask import Flask

from tests.portal.stage_set import PROPOSAL

SIGN_IN = {
    "/masuk": {"nip": "199001012015011901", "password": "x" * 12, "totp": "123456"},
    "/masuk/kode": {"totp": "123456"},
    "/masuk/pemulihan": {"recovery_code": "abcd-efgh"},
    "/masuk/kode-pemulihan": {"password": "x" * 12, "totp": "123456"},
    "/masuk/kata-sandi": {"old_password": "x" * 12, "new_password": "y", "new_password_again": "y"},
    "/masuk/kata-sandi-baru": {"new_password": "y" * 12, "new_password_again": "y" * 12},
    "/masuk/pasang-autentikator": {"password": "kata sandi", "totp": "123456"},
    "/masuk/tautan/" + "x" * 43: {"new_password": "y" * 12, "new_password_again": "y" * 12},
    "/masuk/keluar": {"next": "/portal/"},
    "/oauth/token": {
        "grant_type": "authorization_code",
        "client_id": "simpul-portal",
        "code": "x",
        "redirect_uri": "http://simpul.test/portal/callback",
        "code_verifier": "x" * 43,
    },
    "/oauth/revoke": {"token": "x", "client_id": "simpul-portal"},
}
FIELDS = {
    "key": "k",
    "etag": '"1"',
    "next": "/portal/",
    "language": "en",
    "then": "send",
    "action": "submit",
    "decision": "revise",
    "confirmed": "1",
    "note": "Perbaiki.",
    "field.keperluan": "Seleksi",
    "number": "DEMO/KGB/2026/000001",
    "lookup_code": "ABCD",
    "result": "ms",
    "remark": "Lengkap.",
    "withdrawal_note": "Sudah diproses.",
}
FREE = ("note", "remark", "withdrawal_note", "field.keperluan", "number", "lookup_code", "next")


def posts(app: Flask) -> Iterator[str]:
    """Every address of the portal that takes a form, but the one that signs out."""
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.endpoint != "sign_in.leave":
            path = rule.rule
            for argument in rule.arguments:
                start, _, end = path.partition(f"{argument}>")
                path = f"{start.rpartition('<')[0]}{PROPOSAL if 'id' in argument else 'skp'}{end}"
            yield path

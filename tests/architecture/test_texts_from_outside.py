"""No text from outside comes in by a door of its own (R36)."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOORS = {"args", "form", "values", "json", "get_json", "data", "view_args"}
# Pages and protocols that are no API of ours; what they take is exact or has a reader of its own.
READ_THEMSELVES = {
    "services/identity/pages/account.py",
    "services/identity/pages/browser.py",
    "services/identity/pages/recovering.py",
    "services/identity/pages/recovery.py",
    "services/identity/pages/rendering.py",
    "services/identity/pages/sign_in.py",
    "services/identity/api/oauth.py",
    "services/notification/channels/whatsapp/webhook.py",
}


def test_what_is_sent_to_a_service_comes_in_by_its_schemas():
    paths = [path for folder in ("services", "staff") for path in (ROOT / folder).rglob("*.py")]

    reading = {str(path.relative_to(ROOT)) for path in paths if reads_the_request(path)}

    assert reading == READ_THEMSELVES


def reads_the_request(path: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in DOORS
        and isinstance(node.value, ast.Name)
        and node.value.id == "request"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )

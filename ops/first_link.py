"""The first administrator's link, kept until it was used: a port may be chosen after it was made.

`init` prints the link with the address it was told. Where `up` then answers at another one, it
prints the link again, with the right one.
"""

import json
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from chassis.process.data_folder import write_private
from ops.speech import say

FILE = "first-link.json"
_GONE = range(400, 500)


def keep(data: Path, url: str, path: str) -> None:
    """Remember the link's path, for the folder's owner only, and the address it was told with."""
    write_private(data / FILE, json.dumps({"url": url, "path": path}))


def tell(data: Path, url: str, edge: Any) -> None:
    """Print the link with the address that answers, if it is another; forget it once used."""
    try:
        kept = json.loads((data / FILE).read_text(encoding="utf-8"))
        told, path = str(kept["url"]), str(kept["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if Client(edge).get(path, base_url=url).status_code in _GONE:
        (data / FILE).unlink(missing_ok=True)
    elif told != url:
        say(
            f"Tautan administrator pertama, dengan alamat sekarang (sekali pakai):\n{url}{path}",
            f"The first administrator's link, at the present address (it works once):\n{url}{path}",
        )

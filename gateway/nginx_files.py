"""What nginx answers without asking anybody: that it is alive, and the files of the portal."""

from collections.abc import Iterable
from pathlib import Path

from gateway import nginx_headers

READ_ONLY = "GET|HEAD|OPTIONS"


def alive() -> Iterable[str]:
    yield "  location = /livez {"
    yield "    access_log off;"
    yield '    default_type application/json; return 200 \'{"status":"alive"}\';'
    yield "  }"


def of_the_portal(folder: Path) -> Iterable[str]:
    yield "  location /portal/static/ {"
    yield "    set $simpul_route /portal/static/;"
    yield f'    if ($request_method !~ "^({READ_ONLY})$") {{ return 405; }}'
    yield f"    alias {folder}/; gzip_static on; etag on;"
    yield "    add_header Cache-Control $simpul_cache always;"
    yield "    add_header Vary Accept-Encoding always;"
    yield from (f"    {line}" for line in nginx_headers.added())
    yield "  }"

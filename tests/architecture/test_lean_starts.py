"""A process loads what it is for: whatever one needs only now and then is loaded when it does.

Every process that is started pays for what it loads, in memory for as long as it lives.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.process.manifest import discover

ROOT = Path(__file__).parents[2]
# What reads, makes and stores files, migrates databases and speaks to a broker.
NOW_AND_THEN = frozenset(
    {"PIL", "alembic", "jsonschema", "lxml", "mako", "minio", "openpyxl", "pika", "pikepdf"}
    | {"psycopg", "pypdfium2", "typst", "xlsxwriter"}
)
SERVICES = frozenset(manifest.app.partition(":")[0] for manifest in discover().values())
# What a process is started with, each loaded after those before it, and what it does without.
STARTS = {
    "gateway": ({"ops.main", "ops.serve", "gateway.app"}, {"sqlalchemy", "marshmallow"}),
    "portal": ({"portal.shell.app"}, {"sqlalchemy", "marshmallow"}),
    "up": ({"ops.up", *SERVICES}, set()),
}
LOADS = """
import importlib, json, sys
loaded = {}
for start, names in json.loads(sys.argv[1]).items():
    for name in names:
        importlib.import_module(name)
    loaded[start] = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def loaded():
    starts = json.dumps({start: sorted(names) for start, (names, _) in STARTS.items()})
    told = subprocess.run(
        [sys.executable, "-c", LOADS, starts], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return {start: set(names) for start, names in json.loads(told).items()}


@pytest.mark.parametrize("start", STARTS)
def test_a_start_loads_nothing_that_is_needed_only_now_and_then(loaded, start):
    without = NOW_AND_THEN | STARTS[start][1]

    assert loaded[start] & without == set()
    assert "flask" in loaded[start]


def test_whatever_is_left_out_is_there_to_be_loaded():
    """A library that was renamed would pass for ever."""
    named = [*NOW_AND_THEN, "sqlalchemy", "marshmallow"]

    assert [name for name in named if importlib.util.find_spec(name) is None] == []

"""What lies in a folder is importable while a module of tests runs."""

from collections.abc import Iterator

import pytest

from tests.pluggable.importing import Install, importable


@pytest.fixture(scope="module")
def installed() -> Iterator[Install]:
    """`installed(folder)` makes what lies in the folder importable, as installing it would."""
    with importable() as install:
        yield install

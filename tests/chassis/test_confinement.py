"""What a process gives up for ever: each layer of the kernel by itself, where it is to be had."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.process import confinement

ROOT = Path(__file__).parents[2]


def confined(*layers: str) -> dict[str, dict]:
    """Put layers on in a process of their own, and tell what holds there."""
    command = [sys.executable, "-m", "chassis.process.confinement", *layers]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    return json.loads(told.stdout)


def test_a_process_that_gave_nothing_up_reaches_all():
    assert confinement.tried() == {"network": False, "files": False, "processes": False}


@pytest.mark.parametrize(
    ("layer", "promises"),
    [
        ("namespaces", {"network", "files"}),
        ("landlock", {"files"}),
        ("seccomp", {"network", "files", "processes"}),
    ],
)
def test_a_layer_holds_its_promises_without_the_others(layer: str, promises: set[str]):
    told = confined(layer)

    if missing := told["layers"][layer]:
        pytest.skip(f"{layer}: {missing}")
    assert promises <= {promise for promise, holds in told["promises"].items() if holds}


def test_a_layer_that_the_kernel_refuses_is_named_and_hinders_nothing(
    monkeypatch: pytest.MonkeyPatch,
):
    def refused() -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(confinement, "LAYERS", {"landlock": refused})

    assert confinement.missing("landlock") == "Operation not permitted"

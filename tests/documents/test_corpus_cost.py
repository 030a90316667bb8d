"""What the dearest files of the corpus cost: computing, memory and time."""

import pytest

from ops import reports
from services.documents.domain.limits import InspectionLimits
from tests.builders.hostile import HOSTILE
from tests.builders.judging import Judge, Judged
from tests.builders.plain import PLAIN

LIMITS = InspectionLimits()
BUILDERS = {**{name: case.build for name, case in HOSTILE.items()}, **PLAIN}


def line(name: str, judged: Judged) -> str:
    usage = judged.usage
    cost = (
        f"{usage.cpu_seconds:6.2f} s CPU {usage.peak_kib / 1024:5.0f} MiB {judged.seconds:6.2f} s"
    )
    return f"{cost}  {name} ({judged.code or 'taken'})"


@pytest.mark.prove(part="files")
def test_no_file_costs_more_than_an_inspection_may():
    with Judge() as judge:
        found = {name: judge.on(build()) for name, build in BUILDERS.items()}

    worst = sorted(found, key=lambda name: found[name].usage.cpu_seconds, reverse=True)[:10]
    reports.write("files-dearest", "\n".join(line(name, found[name]) for name in worst))
    usages = [judged.usage for judged in found.values()]
    assert max(usage.cpu_seconds for usage in usages) < LIMITS.cpu_seconds + 2
    assert max(usage.peak_kib for usage in usages) * 1_024 <= LIMITS.memory

"""One process of the system under test: `python -m tests.faults.run serve proposal …`.

The same as `./simpul serve` and `work`, with the witness installed beside the services and, if
`MUTANT` names one, a fault put into the code; with `CLOCKS_OFF`, by a wrong clock.
"""

import os
import sys
from pathlib import Path

SITE = Path(__file__).parent / "site"


def install_witness() -> None:
    """Make the witness a service like the others, found by its entry point."""
    if str(SITE) not in sys.path:
        sys.path.insert(0, str(SITE))


def main() -> int:
    install_witness()
    if folder := os.environ.get("FAILPOINTS"):
        os.environ["FAILPOINTS"] = f"{folder}/{sys.argv[2]}"  # each part has points of its own
    if folder := os.environ.get("CLOCKS_OFF"):
        from tests.builders.off_clock import put_off

        put_off(Path(folder) / sys.argv[2])
    if mutant := os.environ.get("MUTANT"):
        import pytest

        from tests.faults.mutants import MUTANTS

        MUTANTS[mutant].put_in(pytest.MonkeyPatch())  # until the process ends
    from ops.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

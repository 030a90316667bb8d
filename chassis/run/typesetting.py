"""Papers as PDF/A by Typst: a template of the service, and facts that are never markup.

Each paper is set by a process of its own, with bounds on memory and time. A service that sets
papers has `typst` among the requirements of its image.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TYPESETTER = Path(__file__).with_name("typesetter.py")
SECONDS = 20.0
# Each thread would reserve room that counts, on a machine of many cores more than a paper may have.
_ONE_THREAD = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_SHOWN_OF_ERROR = 500


class PaperNotSet(Exception):
    """The template or its facts are wrong, or the paper took more than one may take."""


def typeset(template: Path, facts: Mapping[str, Any]) -> bytes:
    """Set a paper as PDF/A-2b. Raises `PaperNotSet`.

    The template reads `facts`, plain JSON values, as `json(bytes(sys.inputs.facts))`. Fonts are
    those that come with Typst.
    """
    job = json.dumps({"template": str(template), "facts": facts}).encode()
    try:
        ended = subprocess.run(
            [sys.executable, "-I", str(_TYPESETTER)],
            input=job,
            capture_output=True,
            check=False,
            env=_ONE_THREAD,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise PaperNotSet(f"{template.name}: took too long") from error
    if ended.returncode:
        told = ended.stderr.decode(errors="replace")[-_SHOWN_OF_ERROR:]
        raise PaperNotSet(f"{template.name}: ended with {ended.returncode}: {told}")
    return ended.stdout

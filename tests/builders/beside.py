"""How long things may take: what is promised where nothing else runs, more where other tests run.

`./simpul prove` runs those that look at the clock by themselves and holds them to the promise.
"""

import os

# Seconds that other work on the machine may add.
BESIDE = 0.0 if os.environ.get("NOTHING_ELSE_RUNS") == "yes" else 15.0

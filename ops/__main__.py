"""Entry of `python -m ops`, which is how ./simpul hands over."""

import gc
import sys

# While modules load nearly nothing becomes rubbish, and looking for it as often as Python does
# takes a seventh of a start's computing.
gc.set_threshold(50_000, 20, 20)

from ops.main import main  # noqa: E402 - it loads most of them

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

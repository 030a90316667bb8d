"""Entry of `python -m ops`, which is how ./simpul hands over."""

import sys

from ops.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

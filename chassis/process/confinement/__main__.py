"""`python -m chassis.process.confinement [layer …]`: which layers and promises hold here, as JSON.

With layers named, only those are put on.
"""

import json
import os
import sys

from chassis.process import confinement
from chassis.process.confinement import LAYERS, namespaces
from chassis.process.confinement.kernel import call

if __name__ == "__main__":
    reasons = {}
    if sys.platform == "linux":
        namespaces.leave_root()
        call("prctl", confinement.SET_NO_NEW_PRIVILEGES, 1)
        reasons = {layer: confinement.missing(layer) for layer in sys.argv[1:] or LAYERS}
    told = json.dumps({"layers": reasons, "promises": confinement.tried()})
    os.write(1, told.encode())
    os._exit(0)  # as far as a process may end that can do nothing else

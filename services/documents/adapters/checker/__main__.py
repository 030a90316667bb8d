"""The checker process: `python -m services.documents.adapters.checker <descriptor>`."""

import socket
import sys

from services.documents.adapters.checker.server import Server
from services.documents.domain.limits import InspectionLimits

if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        Server(requests, InspectionLimits()).run()

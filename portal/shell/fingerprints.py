"""The part of a hash that names one version of a static file; the edge computes the same."""

import hashlib


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]

"""The outside world: hashing, sealing and signing."""

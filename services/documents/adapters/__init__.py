"""The outside world: object stores and the process that opens strangers' files."""

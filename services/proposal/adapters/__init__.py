"""The outside world: documents' grants, and papers for people."""

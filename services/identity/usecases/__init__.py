"""What identity does: one module per desk, one transaction per use case."""

"""What can be done: one module per desk, one transaction per function."""

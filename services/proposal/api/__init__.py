"""The HTTP API: one module per resource; it translates, and decides nothing."""

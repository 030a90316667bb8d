"""The HTTP API: one module per resource, translating HTTP to use cases."""

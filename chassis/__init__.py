"""Plumbing that every Simpul process shares and that knows no service by name."""

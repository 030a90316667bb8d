"""Background loops of this service's own."""

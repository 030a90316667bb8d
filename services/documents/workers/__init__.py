"""Background loops of documents."""

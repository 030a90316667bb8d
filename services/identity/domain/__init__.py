"""The rules of identity, as plain Python."""

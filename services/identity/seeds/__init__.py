"""Data a new installation or region begins with."""

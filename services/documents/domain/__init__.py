"""Rules about files, in plain Python."""

"""A tiny service for testing the plumbing: letters are written, and other letters answered."""

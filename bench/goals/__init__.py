"""One module for each goal; its `GOAL` says what, against what, and how far."""

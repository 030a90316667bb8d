"""One module per desk: what an address shows and what its buttons call."""

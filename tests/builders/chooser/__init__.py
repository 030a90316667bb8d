"""A dummy service that decides stages and results of proposals (ruling R1)."""

"""What people and other services have documents do."""

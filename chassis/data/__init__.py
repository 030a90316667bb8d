"""A service's own database: regions, transactions, leases, and what differs on PostgreSQL."""

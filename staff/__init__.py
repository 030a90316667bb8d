"""The people kit: what every service needs to know of people, units, roles and delegations."""

"""What the check does not yet do as the corpus says. Only ever made shorter."""

# Hostile files that are not refused, or for another reason.
HOSTILE: set[str] = set()

# Files without anything hostile that are refused, by the name of their hostile twin.
TWINS: set[str] = set()

# Plain files that are refused.
PLAIN: set[str] = set()

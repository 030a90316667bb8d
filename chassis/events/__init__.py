"""From a fact to its effect: outbox, bus, inbox, feed."""

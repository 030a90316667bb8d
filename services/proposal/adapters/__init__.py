"""The outside world: documents' receipts and grants."""

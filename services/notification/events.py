"""The service tells nobody anything by event: its effects leave the house as messages.

What became of a message is read from `GET /api/notification/v1/deliveries`.
"""

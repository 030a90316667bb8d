"""How long a connection may be idle or slow, at every server of ours and at nginx."""

# Longer than browsers, phones and proxies keep one (60 s), so that it is never the server who
# closes a connection while a request is on its way to it.
KEEP_ALIVE_SECONDS = 75
# A request's head must have come by then, and of its body something must come as often; a server of
# ours asks for more than something (`ops.arrival`).
HEAD_SECONDS = 15
BODY_SECONDS = 30

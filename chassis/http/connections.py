"""How long an idle connection stays open, at every server of ours and at nginx."""

# Longer than browsers, phones and proxies keep one (60 s), so that it is never the server who
# closes a connection while a request is on its way to it.
KEEP_ALIVE_SECONDS = 75

"""The checker: a small process of its own that opens strangers' files.

The web process only hands over a file descriptor (`client`). The process (`__main__`, `server`)
loads the PDF library once and forks one limited child per file (`inspection`).
"""

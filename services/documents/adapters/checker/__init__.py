"""The checker: a small process of its own that works on strangers' files.

The web process only hands over descriptors (`client`, `protocol`). The process (`__main__`,
`server`) loads the libraries once and forks one limited child per task (`child`, `tasks`).
"""

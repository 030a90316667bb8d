"""Where a page may send its reader on to: pages of this portal, nothing else."""

HOME = "/portal/"


def own_page(path: str | None) -> str:
    """Return `path` when it is a page of ours, else the first page."""
    if not path or not path.startswith(HOME) or "\\" in path or "//" in path:
        return HOME
    return path

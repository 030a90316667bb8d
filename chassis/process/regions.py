"""The region every row and token belongs to.

Work happens with one region bound; without one, touching a region's rows is an error. Only
`all_regions()` crosses, said aloud where it is used (workers, reports over regions).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ALL = "*"
_bound: ContextVar[str | None] = ContextVar("region", default=None)


class RegionNotBound(Exception):
    """A region's rows were touched while no region was bound."""


class WrongRegion(Exception):
    """A row of one region was about to be written while another region was bound."""


def bound() -> str | None:
    """Return the bound region, `ALL`, or None; for plumbing that must look before it asks."""
    return _bound.get()


def current_region() -> str:
    """Return the one bound region.

    Raises `RegionNotBound` when there is none, or all are bound.
    """
    region = _bound.get()
    if region is None or region == ALL:
        raise RegionNotBound("bind a region with in_region() first")
    return region


@contextmanager
def in_region(code: str) -> Iterator[None]:
    """Bind one region for the block."""
    token = _bound.set(code)
    try:
        yield
    finally:
        _bound.reset(token)


@contextmanager
def all_regions() -> Iterator[None]:
    """Look across regions for the block: workers and reports only."""
    token = _bound.set(ALL)
    try:
        yield
    finally:
        _bound.reset(token)

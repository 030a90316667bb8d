"""What a role is: services bring them in their manifests, identity gives them to people."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """A role, its name for people in both languages, and what it is held for.

    `unit_kind`: the kind of unit (`opd`, `division`, …); None: the region as a whole. `of_bkpsdm`:
    only units of BKPSDM. `head`: a post with one holder at a time, which others may hold acting
    (Plt, Plh, Pj) and which its holder may delegate. `delegable`: so may the holder of this one.
    `second_factor`: its holders need one where the region does not decide otherwise.
    """

    code: str
    title: Mapping[str, str]
    unit_kind: str | None = None
    of_bkpsdm: bool = False
    head: bool = False
    delegable: bool = False
    second_factor: bool = True

    @property
    def may_be_delegated(self) -> bool:
        return self.head or self.delegable

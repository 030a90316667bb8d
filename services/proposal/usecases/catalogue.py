"""The catalogue of a region: new versions of layanan are installed, old ones stay for ever."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.kernel.errors import Refused
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.parsing import checked_layanan
from services.proposal.models import PEOPLE, db
from services.proposal.models import LayananDefinition as DefinitionRow
from services.proposal.queries.region_snapshot import invalidate_snapshot
from staff.rights import require_role

PUBLISHERS = frozenset({"sysadmin"})


class VersionNotNewer(Refused):
    """The region has this version of the layanan, or a later one; it never changes."""

    code = "version_not_newer"
    text = {
        "id": "Versi {newest} layanan ini sudah terpasang. Naikkan nomor versinya.",
        "en": "Version {newest} of this layanan is installed. Use a higher number.",
    }


def publish(data: Mapping[str, Any], *, person_id: UUID) -> LayananDefinition:
    """Put a version of a layanan in force in the bound region.

    Raises `Forbidden`, `DefinitionInvalid` or `VersionNotNewer`.
    """
    with db.transaction() as session:
        require_role(PEOPLE, person_id, PUBLISHERS)
        layanan, kept = checked_layanan(data)
        invalidate_snapshot(session)  # first: whoever publishes at the same time waits here
        newest = _newest_versions(session).get(layanan.code, 0)
        if newest >= layanan.version:
            raise VersionNotNewer(newest=newest)
        _put_in_force(session, layanan, kept)
    return layanan


def install(definitions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Install what is newer than the bound region has; return its codes.

    Repeating it changes nothing, and a version the region made itself is never replaced.
    Raises `DefinitionInvalid`.
    """
    checked = [_checked(json.dumps(data)) for data in definitions]
    installed = []
    with db.transaction() as session:
        invalidate_snapshot(session)
        versions = _newest_versions(session)
        for layanan, kept in checked:
            if versions.get(layanan.code, 0) < layanan.version:
                _put_in_force(session, layanan, kept)
                installed.append(layanan.code)
    return installed


@lru_cache(maxsize=100)
def _checked(text: str) -> tuple[LayananDefinition, dict[str, Any]]:
    """What a release brings is the same for every region and checked once."""
    return checked_layanan(json.loads(text))


def _newest_versions(session: Session) -> dict[str, int]:
    newest = select(DefinitionRow.code, func.max(DefinitionRow.version))
    return {row[0]: row[1] for row in session.execute(newest.group_by(DefinitionRow.code))}


def _put_in_force(session: Session, layanan: LayananDefinition, kept: dict[str, Any]) -> None:
    session.execute(
        update(DefinitionRow).where(DefinitionRow.code == layanan.code).values(current=False)
    )
    session.add(DefinitionRow(code=layanan.code, version=layanan.version, definition=kept))
    try:
        session.flush()
    except IntegrityError as error:
        # Somebody else's transaction put the same version in force.
        raise VersionNotNewer(newest=layanan.version) from error

"""The catalogue of a region: new versions of layanan are installed, old ones stay for ever."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select, update

from services.proposal.domain.parsing import parse_layanan
from services.proposal.models import LayananDefinition, db
from services.proposal.queries.region_snapshot import invalidate_snapshot


def install(definitions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Install what is newer than the bound region has; return its codes.

    Repeating it changes nothing, and a version the region made itself is never replaced.
    Raises `DefinitionInvalid`.
    """
    parsed = [(parse_layanan(data), data) for data in definitions]
    installed = []
    with db.transaction() as session:
        newest = select(LayananDefinition.code, func.max(LayananDefinition.version)).group_by(
            LayananDefinition.code
        )
        versions = {row[0]: row[1] for row in session.execute(newest)}
        for layanan, data in parsed:
            if versions.get(layanan.code, 0) >= layanan.version:
                continue
            session.execute(
                update(LayananDefinition)
                .where(LayananDefinition.code == layanan.code)
                .values(current=False)
            )
            session.add(
                LayananDefinition(code=layanan.code, version=layanan.version, definition=dict(data))
            )
            installed.append(layanan.code)
        if installed:
            invalidate_snapshot(session)
    return installed

"""The catalogue of a region: new versions of layanan are installed, old ones stay for ever."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.kernel.errors import NotFound, Refused
from services.proposal.domain.layanan import LayananDefinition, LayananUnknown
from services.proposal.domain.parsing import checked_layanan
from services.proposal.models import PEOPLE, db
from services.proposal.models import LayananDefinition as DefinitionRow
from services.proposal.queries.region_snapshot import invalidate_snapshot
from services.proposal.seeds.definitions import window_document, window_patterns
from staff.rights import require_role

PUBLISHERS = frozenset({"sysadmin"})


class VersionNotNewer(Refused):
    """The region has this version of the layanan, or a later one; it never changes."""

    code = "version_not_newer"
    text = {
        "id": "Versi {newest} layanan ini sudah terpasang. Naikkan nomor versinya.",
        "en": "Version {newest} of this layanan is installed. Use a higher number.",
    }


class PatternUnknown(NotFound):
    """There is no such pattern of windows."""

    code = "window_pattern_unknown"
    text = {"id": "Pola jadwal tidak dikenal.", "en": "There is no such pattern of windows."}


class WindowNotTaken(Refused):
    """The layanan has no window, or none that was taken from a pattern."""

    code = "window_not_taken"
    text = {
        "id": "Layanan ini tidak memiliki jadwal yang dapat diganti atau dikembalikan.",
        "en": "This layanan has no window to replace or to give back.",
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


def take_window(code: str, *, pattern: str, person_id: UUID) -> LayananDefinition:
    """Put a shipped pattern of windows in force for a layanan, as its next version.

    Raises `Forbidden`, `LayananUnknown`, `PatternUnknown` or `WindowNotTaken`.
    """
    if pattern not in window_patterns():
        raise PatternUnknown
    with db.transaction() as session:
        require_role(PEOPLE, person_id, PUBLISHERS)
        present = _versions_of(session, code)[0]
        window = present.get("window")
        if window is None:
            raise WindowNotTaken
        taken = {**window_document(pattern), "period_field": window["period_field"]}
        return _reissue(session, present, window=taken)


def give_back_window(code: str, *, person_id: UUID) -> LayananDefinition:
    """Undo `take_window`: the window of before holds again, in the layanan's next version.

    Raises `Forbidden`, `LayananUnknown` or `WindowNotTaken`.
    """
    with db.transaction() as session:
        require_role(PEOPLE, person_id, PUBLISHERS)
        present, *earlier = _versions_of(session, code)
        if "pattern" not in (present.get("window") or {}):
            raise WindowNotTaken
        windows = [version["window"] for version in earlier if version.get("window")]
        own = [window for window in windows if "pattern" not in window]
        if not own:
            raise WindowNotTaken
        return _reissue(session, present, window=own[0])


def install(definitions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Install what is newer than the bound region has; return its codes.

    Repeating it changes nothing, and a version the region made itself is never replaced.
    Raises `DefinitionInvalid`.
    """
    installed = []
    with db.transaction() as session:
        invalidate_snapshot(session)
        versions = _newest_versions(session)
        for data in definitions:
            if not _is_there(data, versions):
                layanan, kept = _checked(json.dumps(data))
                _put_in_force(session, layanan, kept)
                installed.append(layanan.code)
    return installed


def _is_there(data: Mapping[str, Any], versions: Mapping[str, int]) -> bool:
    """Tell whether a region has this version or a later one: nearly always, at every start."""
    code, version = data.get("code"), data.get("version")
    return isinstance(version, int) and versions.get(str(code), 0) >= version


@lru_cache(maxsize=100)
def _checked(text: str) -> tuple[LayananDefinition, dict[str, Any]]:
    """What a release brings is the same for every region and checked once."""
    return checked_layanan(json.loads(text))


def _newest_versions(session: Session) -> dict[str, int]:
    newest = select(DefinitionRow.code, func.max(DefinitionRow.version))
    return {row[0]: row[1] for row in session.execute(newest.group_by(DefinitionRow.code))}


def _versions_of(session: Session, code: str) -> list[dict[str, Any]]:
    """Return every version of a layanan, the newest first. Raises `LayananUnknown`."""
    invalidate_snapshot(session)  # first: whoever changes the catalogue at the same time waits
    rows = session.scalars(
        select(DefinitionRow.definition)
        .where(DefinitionRow.code == code)
        .order_by(DefinitionRow.version.desc())
    ).all()
    if not rows:
        raise LayananUnknown
    return list(rows)


def _reissue(session: Session, present: Mapping[str, Any], **changes: Any) -> LayananDefinition:
    version = present["version"] + 1
    layanan, kept = checked_layanan({**present, **changes, "version": version})
    _put_in_force(session, layanan, kept)
    return layanan


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

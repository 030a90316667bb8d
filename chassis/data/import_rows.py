"""The rows of an import: the whole, and each line of its file. `chassis.run.importing` does it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from chassis.data.db import RegionScoped
from chassis.data.versioned import Versioned
from chassis.process.clock import now
from chassis.process.ids import uuid7

CHECKING, CHECKED = "checking", "checked"
APPLYING, APPLIED = "applying", "applied"
UNDOING, UNDONE = "undoing", "undone"

NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"
NOT_UNDONE = "not_undone"
LONGEST_KEY = 100


class ImportBatch(Versioned, RegionScoped):
    """A mixin for the table `imports`: one uploaded file, and how far it is.

    `names` tells for each of the file's headings which column it is.
    """

    __tablename__ = "imports"
    status_column: ClassVar[str] = "state"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str] = mapped_column(String(40))
    owner_id: Mapped[UUID]
    file_name: Mapped[str] = mapped_column(String(100))
    headings: Mapped[list[str]]
    names: Mapped[list[Any]]
    row_count: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default=CHECKING)
    job_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        return (Index("ix_imports_newest", "region", "created_at", "id"),)


class ImportLine(RegionScoped):
    """A mixin for the table `import_rows`: one row of the file as it was, and what became of it.

    `number` is the row's in the file, `place` its turn. `verdict` is what a dry run found or an
    import did; `outcome` is empty until the row was applied. `before` holds what it replaced, and
    `version` is the subject's after it, by which undoing knows whether it changed since.
    """

    __tablename__ = "import_rows"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    import_id: Mapped[UUID]
    number: Mapped[int]
    place: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(LONGEST_KEY))
    cells: Mapped[list[Any]]
    verdict: Mapped[str | None] = mapped_column(String(12))
    outcome: Mapped[str | None] = mapped_column(String(12))
    errors: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    subject_id: Mapped[UUID | None]
    version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index | UniqueConstraint, ...]:
        return (
            UniqueConstraint("import_id", "place"),
            Index("ix_import_rows_key", "import_id", "key"),
            Index("ix_import_rows_verdict", "import_id", "verdict", "number"),
        )

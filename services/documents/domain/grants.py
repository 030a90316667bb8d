"""How long a grant may last and when it is over."""

from datetime import datetime, timedelta
from typing import ClassVar

from chassis.kernel.errors import NotFound
from services.documents.domain.limits import MAX_GRANT_MINUTES


class GrantExpired(NotFound):
    """The grant was this viewer's, but its minutes are over."""

    code = "grant_expired"
    text: ClassVar = {
        "id": "Izin membuka dokumen ini sudah berakhir. Buka kembali dari halaman usulan.",
        "en": "The leave to open this document is over. Open it again from the proposal.",
    }


def end_of_grant(now: datetime, minutes: int) -> datetime:
    """Return when a grant made now ends."""
    return now + timedelta(minutes=min(max(minutes, 1), MAX_GRANT_MINUTES))


def check_open(*, expires_at: datetime, now: datetime) -> None:
    """Raise `GrantExpired` from the grant's last instant on."""
    if now >= expires_at:
        raise GrantExpired

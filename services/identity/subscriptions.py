"""Identity hears what every service notes about safety; what it keeps of people begins here."""

from uuid import UUID

from chassis.events.inbox import Hearing, hear, reading
from services.identity.usecases.security_events import keep

HEARD: dict[str, Hearing] = {
    "security.noted.v1": hear(
        keep,
        replay="rebuild",
        reads=reading(
            id=UUID,
            kind=str,
            why=str,
            actor_id=UUID | None,
            client_id=str | None,
            person_id=UUID | None,
            thing=str,
            origin=str,
            amount=int,
        ),
    ),
}

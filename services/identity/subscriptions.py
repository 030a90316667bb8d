"""Identity hears nothing: what it keeps begins here."""

from chassis.events.inbox import Hearing

HEARD: dict[str, Hearing] = {}

"""Identity hears nothing: what it keeps begins here."""

from chassis.inbox import Hearing

HEARD: dict[str, Hearing] = {}

"""Which bus a URL means."""

from urllib.parse import urlsplit

from chassis.events.bus import Bus, memory


def connect(bus_url: str, service: str) -> Bus:
    """Return the bus that `bus_url` names."""
    if urlsplit(bus_url).scheme == "memory":
        return memory.bus(bus_url)
    # Whoever needs no broker needs no client of one.
    from chassis.events.bus import amqp

    return amqp.RabbitBus(bus_url, service)

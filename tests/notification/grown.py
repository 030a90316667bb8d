"""Many notices and deliveries, told to a few thousand people over the years."""

from chassis.process.regions import in_region
from tests.builders.service import Service
from tests.notification.test_list_plans import _fill


def fill(service: Service, size: int) -> None:
    """Put so many deliveries into the service."""
    with service.app.app_context(), in_region("demo"):
        _fill(size)

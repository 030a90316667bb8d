"""The one database of identity, and the base of all its tables."""

from chassis.data.db import Database, ServiceBase, service_registry


class Base(ServiceBase):
    registry = service_registry()


db = Database(Base)

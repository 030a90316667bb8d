"""The layanan Simpul ships with. A region gets them when it is first heard of, and newer
versions with each upgrade; what a region changed itself stays.
"""

from flask import Flask
from sqlalchemy import select

from chassis.process.regions import all_regions, in_region
from services.proposal.models import Unit, db
from services.proposal.seeds.definitions import catalogue_documents
from services.proposal.usecases.catalogue import install


def seed(app: Flask) -> None:
    """Bring every known region's catalogue up to date; safe to repeat."""
    with app.app_context():
        with all_regions():
            regions = set(db.session.scalars(select(Unit.region).where(Unit.kind == "region")))
        for region in sorted(regions):
            with in_region(region):
                install(catalogue_documents())

"""A service with a setting of each kind; the test puts it beside the others."""

from chassis.process.config import Setting, at_least, long_secret
from chassis.process.manifest import Manifest, Route

MANIFEST = Manifest(
    name="kiosk",
    title={"id": "Anjungan", "en": "Kiosk"},
    app="services.kiosk.app:create_app",
    routes=(Route("/api/kiosk/"),),
    settings=(
        Setting("KIOSK_FOLDER", embedded="file:{data}/kiosk", help="Where its screens are kept."),
        Setting("KIOSK_KEY", parse=long_secret, generated=True, help="Seals its screens."),
        Setting("KIOSK_LIGHT", default="off", distributed="on", help="Its light."),
        Setting("KIOSK_PAGES", default="3", parse=at_least(1), help="How many pages it shows."),
        Setting("KIOSK_PLACE", default="", parse="services.kiosk.app:place", help="Where it is."),
    ),
)

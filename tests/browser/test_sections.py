"""Every page of every section, built in or not, can be used by everybody: on a phone, by its names.

One section comes from outside, with the service it belongs to: those of the two guides.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from portal.shell.sections import discover
from tests.browser.people import PHONE, People, Visit, assert_fits, nameless
from tests.builders.system import System, served_system
from tests.pluggable import followed, section_guide
from tests.pluggable.importing import importable
from tests.portal.stage_set import FakeEdge, portal

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def with_panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("dropped")
    section_guide.write(folder)
    with importable() as install:
        install(followed.service_folder())
        install(folder)
        system = served_system(tmp_path_factory.mktemp("browser-sections"))
        yield system
        system.close()


def addresses() -> list[str]:
    """Every page of a section that needs no more than its address."""
    sections = discover()
    rules = portal(FakeEdge()).application.url_map.iter_rules()
    return sorted(
        rule.rule
        for rule in rules
        if rule.endpoint.partition(".")[0] in sections
        and "GET" in (rule.methods or ())
        and not rule.arguments
    )


@pytest.mark.parametrize(
    "people",
    [Visit("with_panel"), Visit("with_panel", scripts=False)],
    ids=["with scripts", "without scripts"],
    indirect=True,
)
def test_every_page_of_every_section_fits_and_names_what_can_be_used(people: People):
    page = people.signed_in("opd_head", PHONE)
    pages = ["/portal/", *addresses()]

    for address in pages:
        page.goto(f"{people.system.public_url}{address}")
        assert page.locator("h1").count() == 1, address
        assert nameless(page) == [], address
        assert_fits(page, address)

    assert "/portal/panel" in pages
    expect(page.get_by_role("heading", level=1)).to_be_visible()

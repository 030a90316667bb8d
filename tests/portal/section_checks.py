"""What every section must keep, whoever wrote it: `CHECKS`, each given one section in a portal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter
from werkzeug.routing.exceptions import RequestRedirect

from portal.shell import saying
from portal.shell.joining import SHELL
from portal.shell.sections import Section
from tests.portal import section_files as files
from tests.portal.stage_set import PROPOSAL, FakeEdge, csrf_of, portal, problem, sign_in

SHELL_PAGES = {"home", "sign_in"}


@dataclass
class Standing:
    """One section in a portal; the services behind it know nothing of what they are asked."""

    section: Section
    edge: FakeEdge = field(default_factory=FakeEdge)

    def __post_init__(self) -> None:
        self.client: FlaskClient = portal(self.edge)

    @property
    def app(self) -> Flask:
        return self.client.application

    def addresses(self, method: str, *, for_visitors: bool | None = None) -> Iterator[str]:
        """Every address of the section, with something in place of each argument."""
        for rule in self.app.url_map.iter_rules():
            view = self.app.view_functions[rule.endpoint]
            open_to_all = getattr(view, "for_visitors", False)
            wanted = for_visitors is None or open_to_all == for_visitors
            ours = rule.endpoint.partition(".")[0] == self.section.name
            if ours and wanted and method in (rule.methods or ()):
                yield self._address(rule)

    @property
    def changes(self) -> list[str]:
        """What the portal asked the services to change."""
        return [call.path for call in self.edge.calls if call.method != "GET"]

    def signed_in(self) -> "Standing":
        sign_in(self.client, self.edge)
        return self

    def _address(self, rule: Rule) -> str:
        values = {name: _value(rule._converters[name]) for name in rule.arguments}
        with self.app.test_request_context():
            return url_for(rule.endpoint, **values)


def _value(converter: Any) -> Any:
    if isinstance(converter, UUIDConverter):
        return PROPOSAL
    return 1 if isinstance(converter, IntegerConverter) else "x"


def a_visitor_is_asked_to_sign_in(standing: Standing) -> None:
    for address in standing.addresses("GET", for_visitors=False):
        answer = standing.client.get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/portal/masuk?next="), address
    assert standing.changes == []


def a_form_after_the_session_is_not_carried_out(standing: Standing) -> None:
    for address in standing.addresses("POST", for_visitors=False):
        token = csrf_of(standing.client)
        answer = standing.client.post(address, data={"csrf_token": token})
        assert answer.status_code == 401, address
    assert standing.changes == []


def a_form_without_the_secret_is_not_carried_out(standing: Standing) -> None:
    standing.signed_in()
    for address in standing.addresses("POST"):
        for data in ({}, {"csrf_token": "guessed"}):
            assert standing.client.post(address, data=data).status_code == 403, address
    assert standing.changes == []


def every_page_forbids_foreign_content_and_is_not_stored(standing: Standing) -> None:
    standing.signed_in()
    for address in standing.addresses("GET"):
        headers = standing.client.get(address).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], address
        assert "unsafe" not in headers["Content-Security-Policy"], address
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address
        assert headers["Cache-Control"] == "no-store", address


def a_dead_service_is_explained(standing: Standing) -> None:
    standing.signed_in()
    standing.edge.answers.clear()
    standing.edge.otherwise = (503, problem(503, "unavailable"))
    for address in ("/portal/", *standing.addresses("GET")):
        assert standing.client.get(address).status_code in (200, 302, 503), address


def the_menu_stands_whatever_the_services_say(standing: Standing) -> None:
    with structlog.testing.capture_logs() as logs:
        assert standing.client.get("/portal/").status_code == 200
        standing.signed_in()
        assert standing.client.get("/portal/").status_code == 200
    assert [log for log in logs if log["event"] == "menu_failed"] == []


def entries_and_links_lead_to_pages(standing: Standing) -> None:
    adapter = standing.app.url_map.bind("")
    with standing.app.test_request_context("/portal/"):
        entries = [*standing.section.visitors(), *standing.section.menu(None)]
        for entry in entries:
            try:
                adapter.match(entry.address.partition("?")[0])
            except RequestRedirect as elsewhere:
                raise AssertionError(entry.address) from elsewhere


def no_text_is_missing_or_unused(standing: Standing) -> None:
    section = standing.section
    own = saying.read(section.name, section.folder)
    used = files.texts_used(section.folder)
    assert used - own.keys() <= saying.read("shell", SHELL).keys()
    assert own.keys() - used == set()


def what_people_read_stands_in_the_texts(standing: Standing) -> None:
    for name, template in files.templates(standing.section.folder).items():
        assert files.words_of_its_own(template) == set(), name


def every_form_carries_the_secret_and_nothing_is_inline(standing: Standing) -> None:
    for name, template in files.templates(standing.section.folder).items():
        assert files.forms_without_secret(template) == [], name
        assert files.unsafe_parts(template) == [], name


def it_names_pages_and_templates_of_its_own_and_the_shells(standing: Standing) -> None:
    section = standing.section
    pages = {name.partition(".")[0] for name in files.endpoints_named(section.folder)}
    own = {f"{section.name}/{name}" for name in files.templates(section.folder)}
    assert pages <= {section.name, *SHELL_PAGES}
    assert files.endpoints_named(section.folder) <= standing.app.view_functions.keys()
    assert files.templates_named(section.folder) <= own | files.shell_templates()


def what_it_links_to_is_offered(standing: Standing) -> None:
    offered = standing.app.extensions["portal_links"].keys()
    assert files.links_named(standing.section.folder) <= offered


def every_template_can_be_read(standing: Standing) -> None:
    for name in files.templates(standing.section.folder):
        standing.app.jinja_env.get_template(f"{standing.section.name}/{name}")


CHECKS: tuple[Callable[[Standing], None], ...] = (
    a_visitor_is_asked_to_sign_in,
    a_form_after_the_session_is_not_carried_out,
    a_form_without_the_secret_is_not_carried_out,
    every_page_forbids_foreign_content_and_is_not_stored,
    a_dead_service_is_explained,
    the_menu_stands_whatever_the_services_say,
    entries_and_links_lead_to_pages,
    no_text_is_missing_or_unused,
    what_people_read_stands_in_the_texts,
    every_form_carries_the_secret_and_nothing_is_inline,
    it_names_pages_and_templates_of_its_own_and_the_shells,
    what_it_links_to_is_offered,
    every_template_can_be_read,
)

"""Joins sections to the portal: their pages, templates, texts and links, and who may see them."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from werkzeug.routing import Rule

from chassis.process.texts import Text
from portal.shell import saying
from portal.shell.sections import Section, SectionInvalid
from portal.shell.signed_in import person

View = TypeVar("View", bound=Callable[..., Any])
PREFIX = "/portal/"
SHELL = Path(__file__).parent
_TEMPLATES = "templates"
_RESERVED = frozenset({"shell", "kit", "static", "home", "sign_in"})
_NAME = re.compile(r"[a-z][a-z_]*")
_ASKED = ("GET", "POST", "PUT", "PATCH", "DELETE")
_LINKS, _SECTIONS = "portal_links", "portal_sections"


def for_visitors(view: View) -> View:
    """Mark a page as open to who has not signed in; every other page of a section is not."""
    view.for_visitors = True  # type: ignore[attr-defined]
    return view


def join(app: Flask, sections: Mapping[str, Section]) -> None:
    """Make the sections part of the portal. Raises `SectionInvalid`, `TextsInvalid`."""
    app.extensions[_SECTIONS] = sections
    for section in sections.values():
        _check_name(section)
        app.register_blueprint(section.pages)
    _check_addresses(app, sections)
    app.extensions[_LINKS] = _links_of(sections)
    app.jinja_loader = _templates(sections)
    saying.connect(app, _texts(sections))
    app.before_request(_only_signed_in)


def sections() -> Mapping[str, Section]:
    """Return the sections of this portal."""
    return cast(Mapping[str, Section], current_app.extensions[_SECTIONS])


def link(name: str, *values: Any, **query: Any) -> str:
    """Return the address that some section offers under a name; "" when none is here."""
    offered = current_app.extensions[_LINKS].get(name)
    return str(offered(*values, **query)) if offered else ""


def _check_name(section: Section) -> None:
    if not _NAME.fullmatch(section.name) or section.name in _RESERVED:
        raise SectionInvalid(f"{section.name!r} is no name for a section")
    if section.pages.name != section.name:
        raise SectionInvalid(f"{section.name}: its blueprint is called {section.pages.name!r}")


def _check_addresses(app: Flask, sections: Mapping[str, Section]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in sections and not rule.rule.startswith(PREFIX):
            raise SectionInvalid(f"{rule.endpoint}: {rule.rule} is not below {PREFIX}")
        for method in rule.methods or ():
            other = taken.setdefault((method, _shape(rule)), rule.endpoint)
            if method in _ASKED and other != rule.endpoint:
                raise SectionInvalid(f"{other} and {rule.endpoint} both answer {method} {rule}")


def _shape(rule: Rule) -> str:
    """Two rules that differ only in what they call their arguments are one address."""
    return re.sub(r"(?<=[<:])\w+(?=>)", "", rule.rule)


def _links_of(sections: Mapping[str, Section]) -> dict[str, Callable[..., str]]:
    links: dict[str, Callable[..., str]] = {}
    for section in sections.values():
        for name, address in section.links.items():
            if links.setdefault(name, address) is not address:
                raise SectionInvalid(f"{section.name}: another section offers the link {name!r}")
    return links


def _templates(sections: Mapping[str, Section]) -> ChoiceLoader:
    """The shell's templates first: no section can take the place of one of them."""
    own = {
        section.name: FileSystemLoader(section.folder / _TEMPLATES) for section in sections.values()
    }
    return ChoiceLoader([FileSystemLoader(SHELL / _TEMPLATES), PrefixLoader(own)])


def _texts(sections: Mapping[str, Section]) -> dict[str, Text]:
    every_text = saying.read("shell", SHELL)
    for section in sections.values():
        every_text |= saying.read(section.name, section.folder)
    return every_text


def _only_signed_in() -> None:
    """Raise `SignInNeeded` before a section's page runs that is not for visitors."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.blueprint in sections() and not getattr(view, "for_visitors", False):
        person()

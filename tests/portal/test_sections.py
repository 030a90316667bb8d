"""Every section installed keeps the same promises, and two cannot want the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask

from chassis.process.texts import TextsInvalid
from portal.shell import saying
from portal.shell.home import pages as home_pages
from portal.shell.joining import SHELL, join
from portal.shell.sections import Card, Section, SectionInvalid, discover
from tests.portal import section_files as files
from tests.portal.section_checks import CHECKS, Standing

SECTIONS = discover()
LONGEST_COOKIE = 4000  # with its name; what browsers keep


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_section_keeps(check: Callable[[Standing], None], name: str):
    check(Standing(SECTIONS[name]))


def a_section(name: str, *rules: str, **more: Any) -> Section:
    pages = Blueprint(name, __name__, url_prefix="/portal")
    for number, rule in enumerate(rules):
        pages.add_url_rule(rule, f"page_{number}", lambda: "", methods=["GET"])
    return Section(name=name, pages=pages, **more)


def joined(*sections: Section) -> Flask:
    app = Flask(__name__)
    app.register_blueprint(home_pages)
    join(app, {section.name: section for section in sections})
    return app


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("/a", "/a", "one.page_0 and two.page_0 both answer GET /portal/a"),
        ("/a/<uuid:x>", "/a/<uuid:y>", "both answer GET"),
        ("/b", "/", "home.first and two.page_0 both answer GET /portal/"),
    ],
)
def test_two_pages_with_one_address_stop_the_start(first: str, second: str, told: str):
    with pytest.raises(SectionInvalid, match=told):
        joined(a_section("one", first), a_section("two", second))


def test_addresses_that_only_look_alike_are_two():
    joined(a_section("one", "/a/<uuid:x>"), a_section("two", "/a/<int:x>", "/a/<uuid:x>/b"))


def test_two_sections_of_one_name_stop_the_start(monkeypatch: pytest.MonkeyPatch):
    twins = [a_section("one", "/a"), a_section("one", "/b")]
    monkeypatch.setattr("portal.shell.sections._installed", lambda: twins)

    with pytest.raises(SectionInvalid, match="two sections are called 'one'"):
        discover()


def test_two_links_of_one_name_stop_the_start():
    first = a_section("one", links={"case": lambda: "/portal/a"})
    second = a_section("two", links={"case": lambda: "/portal/b"})

    with pytest.raises(SectionInvalid, match="another section offers the link 'case'"):
        joined(first, second)


@pytest.mark.parametrize("name", ["shell", "kit", "home", "Desk", "a-b", ""])
def test_a_name_that_is_the_shells_or_none_stops_the_start(name: str):
    section = Section(name=name, pages=Blueprint("x", __name__))

    with pytest.raises(SectionInvalid, match="no name for a section"):
        joined(section)


def test_a_page_outside_the_portal_stops_the_start():
    pages = Blueprint("one", __name__)
    pages.add_url_rule("/elsewhere", "page", lambda: "")

    with pytest.raises(SectionInvalid, match="not below /portal/"):
        joined(Section(name="one", pages=pages))


def test_what_is_no_section_stops_the_start(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("portal.shell.sections._installed", lambda: ["text"])

    with pytest.raises(SectionInvalid, match="'text' is not a Section"):
        discover()


@pytest.mark.parametrize("english", ["", "[a]\nb = 'x'", "a = ''"])
def test_a_text_in_one_language_stops_the_start(tmp_path: Path, english: str):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "id.toml").write_text("a = 'x'")
    (tmp_path / "texts" / "en.toml").write_text(english)

    with pytest.raises(TextsInvalid, match=r"one: .*: a"):
        saying.read("one", tmp_path)


def test_a_pages_texts_have_no_tables(tmp_path: Path):
    (tmp_path / "texts").mkdir()
    for language in ("id", "en"):
        (tmp_path / "texts" / f"{language}.toml").write_text("[a]\nb = 'x'")

    with pytest.raises(TextsInvalid, match="one: a page's texts have no tables: a"):
        saying.read("one", tmp_path)


def test_the_shells_own_texts_are_neither_missing_nor_unused():
    assert files.texts_used(SHELL) == saying.read("shell", SHELL).keys()


@pytest.mark.parametrize("name", sorted(files.shell_templates()))
def test_the_shells_own_templates_keep_the_same(name: str):
    template = files.templates(SHELL)[name]

    assert files.words_of_its_own(template) == set()
    assert files.forms_without_secret(template) == []


def broken(*_asked: Any) -> Any:
    raise KeyError("waiting")


def with_a_broken_section(**parts: Any) -> Standing:
    standing = Standing(next(iter(SECTIONS.values())))
    standing.app.extensions["portal_sections"] = {
        **SECTIONS,
        "broken": a_section("broken", **parts),
    }
    return standing


@pytest.mark.parametrize("part", ["menu", "asks"])
def test_a_section_that_cannot_say_its_menu_takes_only_that_from_the_page(part: str):
    page = with_a_broken_section(**{part: broken}).signed_in().client.get("/portal/status")

    assert page.status_code == 200
    assert "/portal/layanan" in page.text


def test_a_section_that_cannot_say_its_entries_for_visitors_leaves_the_others():
    page = with_a_broken_section(visitors=broken).client.get("/portal/")

    assert page.status_code == 200
    assert "/portal/masuk" in page.text


@pytest.mark.parametrize(
    "card",
    [
        Card("proposals/card.html", load=broken, order=1),
        Card("broken/no_such_template.html", load=dict, order=1),
    ],
)
def test_a_card_that_cannot_be_shown_leaves_the_first_page(card: Card):
    standing = with_a_broken_section(cards=(card,), front=(card,))

    visited = standing.client.get("/portal/")
    first = standing.signed_in().client.get("/portal/")

    assert (visited.status_code, first.status_code) == (200, 200)
    assert "Sebagian halaman ini sedang tidak tersedia." in first.text


def test_what_many_sections_ask_never_makes_the_session_too_long_for_a_browser():
    long = {f"talkative_{name}": "x" * 900 for name in "abcde"}
    standing = Standing(next(iter(SECTIONS.values()))).signed_in()
    standing.app.extensions["portal_sections"] = {
        **SECTIONS,
        **{
            name: a_section(name, asks=lambda answer=answer: answer)
            for name, answer in long.items()
        },
    }

    standing.client.get("/portal/status")
    page = standing.client.get("/portal/status")

    assert page.status_code == 200
    assert all(len(cookie.value) < LONGEST_COOKIE for cookie in standing.client._cookies.values())


def test_what_a_template_must_not_have_is_found():
    template = """<form method="post">{{ forms.secrets(key) }}</form>
      <form class="card" method="post"><button onclick="x()">Simpan</button></form>
      {{ text | safe }}<p style="color:red">{{ _("one.text") }}</p>"""

    assert len(files.forms_without_secret(template)) == 1
    assert len(files.unsafe_parts(template)) == 3
    assert files.words_of_its_own(template) == {"Simpan"}


def test_a_text_that_no_page_uses_and_one_that_none_has_are_found(tmp_path: Path):
    (tmp_path / "pages.py").write_text('flash(say("one.sent", number=number))')

    assert files.texts_used(tmp_path) == {"one.sent"}

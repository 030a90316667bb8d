"""A person of the portal, and what a page of it asks of the API."""

from itertools import repeat
from urllib.parse import urljoin, urlsplit

from bench.driver import Load
from bench.forms import Form
from bench.tally import CALLS
from bench.turns import asked
from ops.journey.sign_in import MOST_PAGES, REDIRECTS, _Browser, _form_of
from ops.journey.web import Unexpected, Web


class _Visitor(_Browser):
    """Walks on until a page of the portal is shown."""

    def open_page(self, page: str) -> None:
        path, method, fields = page, "GET", dict[str, str]()
        for _ in range(2 * MOST_PAGES):
            answer = self._open(method, path, fields)
            if answer.status in REDIRECTS:
                path, method, fields = urljoin(path, answer.headers["Location"]), "GET", {}
            elif answer.status == 200 and urlsplit(path).path == page:
                return
            else:
                form = _form_of(answer)
                self._refuse_loop(form)
                path, method, fields = urljoin(path, form.action), "POST", self._fill(form)
        raise Unexpected(f"{page} is not reached")


def signed_in(form: Form, key: str, page: str) -> str:
    """Sign somebody in as a browser does; return the cookies of the open portal."""
    browser = _Visitor(Web(form.url), form.people.accounts[key])
    browser.open_page(page)
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def calls_behind(form: Form, page: bytes) -> list[tuple[str, str]]:
    """Return method and path of what a page asks, once its menu is known."""
    load, told = Load(1, count=1), form.home / "tally" / CALLS
    asked(form.url, repeat(page), load)
    told.write_text("")
    asked(form.url, repeat(page), load)
    lines = told.read_text().splitlines()
    told.unlink()
    return [(method, path) for method, _, path in (line.partition(" ") for line in lines)]

"""Puts values into the fields of a page's forms, whatever template drew them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

_NOT_FILLED = {"hidden", "submit", "button", "image", "reset", "file", "password"}
_TICKED = {"checkbox", "radio"}
Values = Mapping[str, Sequence[str]]
Attributes = list[tuple[str, str | None]]


@dataclass(frozen=True)
class Filled:
    """The page, the names that had a place in it, and the version its forms are of."""

    page: str
    placed: frozenset[str]
    etags: frozenset[str]


def fill(page: str, values: Values) -> Filled:
    """Fill in every form that changes something; fields that `values` do not name stay."""
    filler = _Filler(values)
    filler.feed(page)
    filler.close()
    return Filled("".join(filler.written), frozenset(filler.placed), frozenset(filler.etags))


class _Filler(HTMLParser):
    """Writes the page again as it reads it."""

    def __init__(self, values: Values) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self.placed: set[str] = set()
        self.etags: set[str] = set()
        self._values = values
        self._in_form = False
        self._select: str | None = None
        self._folded: list[int] = []  # the details around this place, by their tag in `written`
        self._in_filled_text = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = dict(attrs)
        if tag == "form":
            self._in_form = given.get("method") == "post"
        tag_text = self.get_starttag_text() or ""
        if self._in_form:
            tag_text = self._filled(tag, attrs, given) or tag_text
        if tag == "details":
            self._folded.append(len(self.written))
        self.written.append(tag_text)
        if tag == "textarea" and self._in_form and self._has(given.get("name")):
            self.written.append(escape(self._values[given["name"] or ""][0], quote=False))
            self._in_filled_text = True

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._in_filled_text = False
        elif tag == "details" and self._folded:
            self._folded.pop()
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._copy(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._copy(f"<!{decl}>")

    def _copy(self, text: str) -> None:
        if not self._in_filled_text:
            self.written.append(text)

    def _filled(self, tag: str, attrs: Attributes, given: dict[str, str | None]) -> str | None:
        """Return the tag with its value, or None: it stays as it is."""
        name = given.get("name")
        if tag == "input":
            return self._input(attrs, name, given.get("type") or "text", given.get("value") or "")
        if tag == "select":
            self._select = name if self._has(name) else None
        elif tag == "option" and self._select is not None:
            chosen = (given.get("value") or "") in self._values[self._select]
            return _tag(tag, attrs, selected=chosen)
        return None

    def _input(self, attrs: Attributes, name: str | None, kind: str, value: str) -> str | None:
        if name == "etag":
            self.etags.add(value)
        if name is None or kind in _NOT_FILLED:
            return None
        if kind in _TICKED:
            if not self._has(name) and f"{name}.present" not in self._values:
                return None
            return _tag("input", attrs, checked=value in self._values.get(name, ()))
        if not self._has(name):
            return None
        others = [(key, text) for key, text in attrs if key != "value"]
        return _tag("input", [*others, ("value", self._values[name][0])])

    def _has(self, name: str | None) -> bool:
        if name is None or not self._values.get(name):
            return False
        self.placed.add(name)
        self._unfold()
        return True

    def _unfold(self) -> None:
        """What came back must be seen."""
        for place in self._folded:
            tag_text = self.written[place]
            if " open" not in tag_text:
                self.written[place] = f"{tag_text[:-1]} open>"


def _tag(tag: str, attrs: Attributes, **states: bool) -> str:
    written = [
        key if text is None else f'{key}="{escape(text)}"'
        for key, text in attrs
        if key not in states
    ]
    return f"<{' '.join([tag, *written, *(state for state, on in states.items() if on)])}>"

"""How lists are asked for and answered over HTTP; `chassis.data.paging` reads the pages."""

from functools import cache
from typing import Any, ClassVar

from marshmallow import fields, pre_dump, validate

from chassis.data.paging import Page
from chassis.http.api import Schema
from chassis.http.fields import Exact

LARGEST = 100


class PageArgs(Schema):
    """How many rows, and where to go on. Subclass it to add filters."""

    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=LARGEST))
    cursor = Exact(load_default=None, validate=validate.Length(max=500))


class PageInfo(Schema):
    """Give `next_cursor` or `previous_cursor` back as `cursor` to go on or back."""

    next_cursor = fields.String(required=True, allow_none=True)
    has_more = fields.Boolean(required=True)
    previous_cursor = fields.String(required=True, allow_none=True)


class PageView(Schema):
    """A `Page` as clients get it; `page_schema` adds what its rows look like."""

    called: ClassVar[str] = "Page"
    page = fields.Nested(PageInfo, required=True)

    @pre_dump
    def _shaped(self, found: Page, **_: Any) -> dict[str, Any]:
        return {"data": found.items, "page": self.place(found)}

    def place(self, found: Page) -> dict[str, Any]:
        """Say where the page lies in its list."""
        return {
            "next_cursor": found.next_cursor,
            "has_more": found.next_cursor is not None,
            "previous_cursor": found.previous_cursor,
        }


@cache
def page_schema(item: type[Schema], view: type[PageView] = PageView) -> type[Schema]:
    """Return the schema of a page of `item`: one class however many routes answer with it."""
    members = {"data": fields.List(fields.Nested(item), required=True)}
    return type(f"{item.__name__}{view.called}", (view,), members)

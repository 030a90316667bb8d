"""A list over HTTP: parameters, pages, files and their description, all of one declaration.

A view says `@lists(blp, PEOPLE, PersonView, zone=region_zone)` below `@requires`, takes a `Wanted`
and returns a `Page`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask import request
from marshmallow import fields, post_load, validate

from chassis.data.listing import COUNTED, Filter, Listing, Wanted
from chassis.data.paging import Page
from chassis.http.api import Blueprint, Decorator, Schema, document
from chassis.http.fields import Code, Exact, Words
from chassis.http.paging import PageArgs, PageInfo, PageView, page_schema
from chassis.http.spreadsheets import FORMATS, MOST_ROWS, spreadsheet
from chassis.process.runtime import here

JSON = "json"
_CODE = r"^[a-z][a-z0-9_]{0,62}$"
_LONGEST_TEXT = 120
_LARGEST = 2**31 - 1


class ListInfo(PageInfo):
    """`total` is null where there are more rows than are counted, then `total_at_least` says it."""

    total = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": f"Rows under this filter; null above {COUNTED}"},
    )
    total_at_least = fields.Integer(
        required=True, metadata={"description": f"`total`, or {COUNTED} where that is null"}
    )


class ListView(PageView):
    """A page of a list that is counted."""

    called: ClassVar[str] = "List"
    page = fields.Nested(ListInfo, required=True)

    def place(self, found: Page) -> dict[str, Any]:
        """Say where the page lies, and of how many rows."""
        place = super().place(found)
        if found.total is None:
            return place
        count = found.total.count
        return {**place, "total": count if found.total.exact else None, "total_at_least": count}


@dataclass(frozen=True)
class Asked:
    """What of a list is wanted, and as what."""

    wanted: Wanted
    format: str = JSON


class ListArgs(PageArgs):
    """Sort, words and format; `arguments_of` adds a list's orders and filters."""

    q = Words(
        load_default=None,
        metadata={"description": "Beginnings of words, in any columns; case and accents alike"},
    )
    format = Exact(
        load_default=JSON,
        validate=validate.OneOf([JSON, *FORMATS]),
        metadata={
            "description": "A file has all rows of the filter in this order, whatever `limit` and "
            f"`cursor` say; at most {MOST_ROWS}"
        },
    )

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> Asked:
        asked_as = given.pop("format")
        place = {name: given.pop(name, None) for name in ("q", "sort", "limit", "cursor")}
        return Asked(Wanted(filters=given, **place), asked_as)


def lists(
    blueprint: Blueprint, listing: Listing, item: type[Schema], *, zone: Callable[[], ZoneInfo]
) -> Decorator:
    """Answer with a page of a list, or with all its rows as a file; goes below `requires`.

    The view gets a `Wanted` and returns a `Page`. A file is made of what the view returns, page
    after page: who may see what is said once. Its times are those of `zone`.
    """

    def decorated(view: Callable[..., Page]) -> Callable[..., Any]:
        @wraps(view)
        def answered(asked: Asked, *args: Any, **kwargs: Any) -> Any:
            read = partial(view, *args, **kwargs)
            if asked.format == JSON:
                return read(asked.wanted)
            taken = partial(_note, asked.format)
            return spreadsheet(listing, asked.format, asked.wanted, read, zone(), taken=taken)

        document(answered, files=FORMATS)
        answering = blueprint.response(200, page_schema(item, ListView))(answered)
        return blueprint.arguments(arguments_of(listing), location="query")(answering)

    return decorated


def _note(format_: str, rows: int) -> None:
    """Note who takes how many rows away."""
    runtime, rule = here(), request.url_rule
    runtime.db.session.rollback()  # what was read is in the file
    if rows:
        with runtime.db.transaction():
            runtime.note("export", format_, thing=rule.rule if rule else "", amount=rows)


def arguments_of(listing: Listing) -> type[Schema]:
    """Make the schema of a list's query parameters."""
    members: dict[str, Any] = {
        "sort": Exact(
            load_default=None,
            validate=validate.OneOf(list(listing.orders)),
            metadata={"description": f"`-` sorts downwards; by default {listing.sort}"},
        )
    }
    members |= {name: _field(given) for name, given in listing.filters.items()}
    return type("ListingArgs", (ListArgs,), members)


def _field(given: Filter) -> fields.Field[Any]:
    options: dict[str, Any] = {"load_default": None}
    if given.words:
        options["metadata"] = {"description": given.words}
    if given.options:
        return Exact(validate=validate.OneOf(given.options), **options)
    return _FIELDS[given.kind](**options)


_FIELDS: Mapping[str, Callable[..., fields.Field[Any]]] = {
    "code": partial(Code, _CODE),
    "text": partial(Exact, validate=validate.Length(max=_LONGEST_TEXT)),
    "date": fields.Date,
    "datetime": fields.AwareDateTime,
    "number": partial(fields.Integer, validate=validate.Range(-_LARGEST, _LARGEST)),
    "flag": fields.Boolean,
    "id": fields.UUID,
}

"""/holidays: days off of the region."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from services.proposal.api.requests import DayArgs, NewHoliday, YearArgs
from services.proposal.api.views.calendar import HolidayList, HolidayView
from services.proposal.models import Holiday
from services.proposal.queries.calendar import holidays_of
from services.proposal.usecases import calendar

blp = Blueprint("calendar", __name__, url_prefix="/api/proposal/v1/holidays")


@blp.route("", methods=["GET"])
@requires("proposal")
@blp.arguments(YearArgs, location="query")
@blp.response(200, HolidayList)
def list_holidays(args: dict[str, Any]) -> dict[str, Any]:
    return {"data": holidays_of(args["year"])}


@blp.route("", methods=["PUT"])
@requires("proposal")
@blp.arguments(NewHoliday)
@writes()
@blp.response(200, HolidayView)
def set_holiday(body: dict[str, Any]) -> Holiday:
    return calendar.set_holiday(**body, person_id=person())


@blp.route("", methods=["DELETE"])
@requires("proposal")
@blp.arguments(DayArgs, location="query")
@writes()
@blp.response(204)
def remove_holiday(args: dict[str, Any]) -> None:
    calendar.remove_holiday(**args, person_id=person())

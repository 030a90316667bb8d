"""Administration of the staff register and its accounts."""

from typing import Any
from uuid import UUID

from chassis.data.listing import Wanted
from chassis.data.paging import Page
from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.listing import lists
from chassis.http.writing import writes
from chassis.kernel.nip import parse_nip
from chassis.process.runtime import here
from services.identity import queries
from services.identity.api.access import administrators_only
from services.identity.api.requests import (
    DepartureQuery,
    EmployeeChange,
    NewEmployee,
    NipChange,
    NipQuery,
)
from services.identity.api.views import (
    DepartureView,
    EmployeeView,
    ListedEmployee,
    OneTimeLink,
    RecoveryView,
    departure_view,
    employee_row,
    employee_view,
    recovery_view,
)
from services.identity.domain.recovering import Resets
from services.identity.domain.renumbering import NewNip
from services.identity.usecases import employees, leaving, passwords, recovering, sessions
from services.identity.usecases.leaving import Successor

blp = Blueprint("employees", url_prefix="/api/identity/v1", description="The staff register")


@blp.route("/employees")
@requires("identity")
@lists(blp, queries.EMPLOYEES, ListedEmployee, zone=queries.zone)
@administrators_only
def listing(wanted: Wanted) -> Page:
    """Employees by name; `q` looks in names with titles, NIP and post."""
    return queries.employees(wanted).each(employee_row)


@blp.route("/employees/search", methods=["POST"])
@requires("identity")
@blp.arguments(NipQuery)
@blp.response(200, EmployeeView)
@administrators_only
def search(body: dict[str, str]) -> dict[str, Any]:
    """The employee with this NIP, or else who had it before it was replaced."""
    return employee_view(queries.employee_by_nip(parse_nip(body["nip"]).digits))


@blp.route("/employees", methods=["POST"])
@requires("identity")
@blp.arguments(NewEmployee)
@writes()
@blp.response(201, EmployeeView)
@administrators_only
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Register an employee; a password link is asked for separately."""
    return employee_view(employees.add(by=person(), **body))


@blp.route("/employees/<uuid:employee_id>")
@requires("identity")
@blp.response(200, EmployeeView)
@administrators_only
def read(employee_id: UUID) -> dict[str, Any]:
    """One employee with all facts and their sources."""
    return employee_view(queries.employee(employee_id))


@blp.route("/employees/<uuid:employee_id>", methods=["PATCH"])
@requires("identity")
@blp.arguments(EmployeeChange)
@writes(if_match=True)
@blp.response(200, EmployeeView)
@administrators_only
def change(body: dict[str, Any], employee_id: UUID, seen: Seen) -> dict[str, Any]:
    """Change facts, naming their source.

    `active: false` also ends every session, role and delegation, another `unit_id` those of the
    unit left behind; `successors` take over roles that end so. See `departure` first.
    """
    body["successors"] = [Successor(**each) for each in body["successors"]]
    return employee_view(employees.change(employee_id, by=person(), seen=seen, **body))


@blp.route("/employees/<uuid:employee_id>/nip", methods=["PUT"])
@requires("identity")
@blp.arguments(NipChange)
@writes(if_match=True)
@blp.response(200, EmployeeView)
@administrators_only
def replace_nip(body: dict[str, Any], employee_id: UUID, seen: Seen) -> dict[str, Any]:
    """Correct a wrong NIP, or change it when a PPPK becomes CPNS; the former one stays findable."""
    return employee_view(employees.replace_nip(employee_id, NewNip(**body), by=person(), seen=seen))


@blp.route("/employees/<uuid:employee_id>/departure")
@requires("identity")
@blp.arguments(DepartureQuery, location="query")
@blp.response(200, DepartureView)
@administrators_only
def departure(args: dict[str, Any], employee_id: UUID) -> dict[str, Any]:
    """What would end if the employee left, or moved to a unit; nothing is changed."""
    employee, unit_id = queries.employee(employee_id), args["unit_id"]
    offices = leaving.left_behind(employee, unit_id) if unit_id else leaving.offices_of(employee_id)
    return departure_view(employee_id, offices)


@blp.route("/employees/<uuid:employee_id>/sessions/revoke", methods=["POST"])
@requires("identity")
@writes()
@blp.response(204)
@administrators_only
def revoke_sessions(employee_id: UUID) -> None:
    """End every session and token of an employee."""
    sessions.end_sessions(employee_id, by=person())


@blp.route("/employees/<uuid:employee_id>/password-reset", methods=["POST"])
@requires("identity")
@writes(once=False)
@blp.response(201, OneTimeLink)
@administrators_only
def reset_password(employee_id: UUID) -> dict[str, Any]:
    """The activation link of an employee who never signed in, to be handed over in person.

    For everybody else a recovery is asked for: the link goes to its owner, never into this answer.
    """
    if passwords.is_active(employee_id):
        return {"recovery": _asked(employee_id, Resets.PASSWORD)}
    path, link = passwords.issue_link(employee_id, by=person())
    url = f"{here().settings.public_url}{path}"
    return {"path": path, "url": url, "expires_at": link.expires_at}


@blp.route("/employees/<uuid:employee_id>/totp/reset", methods=["POST"])
@requires("identity")
@writes()
@blp.response(202, RecoveryView)
@administrators_only
def reset_totp(employee_id: UUID) -> dict[str, Any]:
    """Ask for a lost authenticator to be taken away; other officers and time are needed too."""
    return _asked(employee_id, Resets.SECOND_FACTOR)


def _asked(employee_id: UUID, resets: Resets) -> dict[str, Any]:
    row = recovering.ask(employee_id, resets, by=person())
    return recovery_view(row, person())

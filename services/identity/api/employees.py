"""Administration of the staff register and its accounts."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import person, requires
from chassis.http.etags import require_match, set_etag
from chassis.http.idempotency import idempotent
from chassis.http.paging import page
from chassis.kernel.nip import parse_nip
from chassis.process.runtime import here
from services.identity import queries
from services.identity.api.access import administrators_only, check_manages
from services.identity.api.schemas import (
    EmployeeChange,
    EmployeeFilter,
    EmployeePage,
    EmployeeView,
    NewEmployee,
    NipQuery,
    OneTimeLink,
)
from services.identity.domain.employees import FACT_NAMES
from services.identity.models import Employee, db
from services.identity.usecases import employees, passwords, second_factor, sessions

blp = Blueprint("employees", url_prefix="/api/identity/v1", description="The staff register")
_SHOWN = (
    *("id", "version", "nip", "name", "title_prefix", "title_suffix", "full_name"),
    *("kind", "unit_id", "opd_id", "active", *FACT_NAMES),
)


@blp.route("/employees")
@requires("identity")
@blp.arguments(EmployeeFilter, location="query")
@blp.response(200, EmployeePage)
@administrators_only
def listing(args: dict[str, Any]) -> dict[str, Any]:
    """Employees by name; `q` looks in the name only, `unit_id` also takes an OPD."""
    wanted = queries.employees(q=args["q"], unit_id=args["unit_id"], active=args["active"])
    return page(
        db.session(),
        wanted,
        by=(Employee.name, Employee.id),
        limit=args["limit"],
        cursor=args["cursor"],
        descending=False,
    ).body()


@blp.route("/employees/search", methods=["POST"])
@requires("identity")
@blp.arguments(NipQuery)
@blp.response(200, EmployeeView)
@administrators_only
def search(body: dict[str, str]) -> dict[str, Any]:
    """The employee with this NIP."""
    return _view(queries.employee_by_nip(parse_nip(body["nip"]).digits))


@blp.route("/employees", methods=["POST"])
@requires("identity")
@idempotent
@blp.arguments(NewEmployee)
@blp.response(201, EmployeeView)
@administrators_only
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Register an employee; a password link is asked for separately."""
    return _view(
        employees.add(
            by=person(),
            nip=body.pop("nip"),
            contact=body.pop("contact", None),
            source=body.pop("source"),
            as_of=body.pop("as_of", None) or queries.today(),
            values=body,
        )
    )


@blp.route("/employees/<uuid:employee_id>")
@requires("identity")
@blp.response(200, EmployeeView)
@administrators_only
def read(employee_id: UUID) -> dict[str, Any]:
    """One employee with all facts and their sources."""
    return _view(queries.employee(employee_id))


@blp.route("/employees/<uuid:employee_id>", methods=["PATCH"])
@needs_if_match
@requires("identity")
@blp.arguments(EmployeeChange)
@blp.response(200, EmployeeView)
@administrators_only
def change(body: dict[str, Any], employee_id: UUID) -> dict[str, Any]:
    """Change facts, naming their source; `active: false` also ends every session."""
    with db.transaction():
        employee = queries.employee(employee_id)
        require_match(employee.version)
        check_manages(employee_id)
        source = body.pop("source")
        as_of = body.pop("as_of", None) or queries.today()
        employees.change(employee, by=person(), values=body, source=source, as_of=as_of)
    return _view(employee)


@blp.route("/employees/<uuid:employee_id>/sessions/revoke", methods=["POST"])
@requires("identity")
@idempotent
@blp.response(204)
@administrators_only
def revoke_sessions(employee_id: UUID) -> None:
    """End every session and token of an employee."""
    check_manages(employee_id)
    sessions.end_sessions(queries.employee(employee_id))


@blp.route("/employees/<uuid:employee_id>/password-reset", methods=["POST"])
@requires("identity")
@blp.response(201, OneTimeLink)
@administrators_only
def reset_password(employee_id: UUID) -> dict[str, Any]:
    """A link with which the employee sets a password once, to be handed over in person."""
    check_manages(employee_id)
    path, link = passwords.issue_link(queries.employee(employee_id), by=person())
    url = f"{here().settings.public_url}{path}"
    return {"path": path, "url": url, "expires_at": link.expires_at}


@blp.route("/employees/<uuid:employee_id>/totp/reset", methods=["POST"])
@requires("identity")
@idempotent
@blp.response(204)
@administrators_only
def reset_totp(employee_id: UUID) -> None:
    """Take away a lost authenticator; the employee sets up a new one at the next sign-in."""
    check_manages(employee_id)
    second_factor.remove(queries.employee(employee_id))


def _view(employee: Employee) -> dict[str, Any]:
    set_etag(employee.version)
    shown = {name: getattr(employee, name) for name in _SHOWN}
    return {**shown, "facts": queries.facts_of(employee.id)}

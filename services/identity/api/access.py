"""Which roles may use the administration; asked of our own tables at the moment of the request."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from chassis.http.auth import person
from chassis.kernel.errors import Forbidden
from services.identity import queries
from services.identity.domain.roles import ADMINISTRATORS, check_may_manage_account


def administrators_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let only sysadmin and bkpsdm_admin through; goes below `requires`."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not ADMINISTRATORS & set(queries.roles_today(person())):
            raise Forbidden
        return view(*args, **kwargs)

    return guarded


def sysadmins_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let only sysadmin through; goes below `requires`."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if "sysadmin" not in queries.roles_today(person()):
            raise Forbidden
        return view(*args, **kwargs)

    return guarded


def check_manages(owner_id: UUID) -> None:
    """Refuse managing an account above one's own rank."""
    check_may_manage_account(
        manager_roles=queries.roles_today(person()), owner_roles=queries.roles_today(owner_id)
    )

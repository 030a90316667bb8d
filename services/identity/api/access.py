"""Which roles may use the administration; asked of our own tables at the moment of the request."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from flask import request

from chassis.http.api import Decorator
from chassis.http.auth import person
from chassis.kernel.errors import Forbidden
from services.identity import queries
from services.identity.domain.roles import ADMINISTRATORS, AUDITORS
from services.identity.usecases.hands import check_may_decide

_LOOKING = {"GET", "HEAD"}


def only(roles: Collection[str]) -> Decorator:
    """Let only holders of the roles through; goes below `requires`.

    Whose account is being recovered looks only.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not queries.holds(person(), roles):
                raise Forbidden
            if request.method not in _LOOKING:
                check_may_decide(person())
            return view(*args, **kwargs)

        return guarded

    return decorate


administrators_only = only(ADMINISTRATORS)
sysadmins_only = only(("sysadmin",))
auditors_only = only(AUDITORS)

"""A new sheet of recovery codes for somebody who is signed in."""

from uuid import UUID

from chassis.events.security import Kind, note
from services.identity import queries
from services.identity.models import db
from services.identity.usecases import attempts, passwords, second_factor
from services.identity.usecases.second_factor import Answered


def renew(
    session_id: UUID, *, password: str, code: str, address: str
) -> tuple[list[str], Answered]:
    """Return new codes, and end the old ones; none where the authenticator's code is wrong.

    An open browser is not enough: whoever passes by could make codes of their own. Raises
    `PasswordWrong`, `TooManyAttempts` or `TotpNotBegun`.
    """
    row = queries.sign_in_session(session_id)
    attempt_id = attempts.start_in_session(row, address)
    passwords.check(row.employee_id, password)
    with db.transaction():
        answered = second_factor.answer_of(row.employee_id, code)
        if not answered.accepted:
            return [], answered  # what was learned of the phone's clock is kept
        attempts.settle(attempt_id, "halfway")
        note(Kind.FACTOR, "codes_renewed", person=row.employee_id, actor=row.employee_id)
        return second_factor.new_recovery_codes(row.employee_id), answered

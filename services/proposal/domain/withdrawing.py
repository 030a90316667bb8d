"""Withdrawal on request (ruling R34): after the first decision the office says yes or no."""

from chassis.kernel.errors import Refused
from services.proposal.domain.closing import responsible_stage
from services.proposal.domain.stages import VERIFYING_STAGES, Action, Stage
from services.proposal.domain.workflow import IllegalMove, Move, Position


class WithdrawalAsked(Refused):
    """The applicant asked already; the office has not answered yet."""

    code = "withdrawal_asked"
    text = {
        "id": "Pembatalan sudah diminta dan menunggu jawaban petugas.",
        "en": "Withdrawal was asked for already and waits for an answer.",
    }


class NoWithdrawalAsked(Refused):
    """There is no wish to answer."""

    code = "no_withdrawal_asked"
    text = {
        "id": "Tidak ada permintaan pembatalan yang menunggu jawaban.",
        "en": "No wish to withdraw waits for an answer.",
    }


def can_be_asked(position: Position) -> bool:
    """Say whether withdrawal is a question: decided once, and not yet by the head of BKPSDM."""
    try:
        return position.decided and responsible_stage(position) in VERIFYING_STAGES
    except IllegalMove:
        return False


def ask(position: Position, *, asked: bool) -> None:
    """Let the applicant ask. Raises `IllegalMove` or `WithdrawalAsked`."""
    if not can_be_asked(position):
        raise IllegalMove
    if asked:
        raise WithdrawalAsked


def confirm(position: Position, *, role: str) -> Move:
    """Withdraw a proposal at its applicant's wish."""
    after = Position(Stage.WITHDRAWN, decided=True)
    return Move(Action.CONFIRM_WITHDRAWAL, role, position.stage, after)

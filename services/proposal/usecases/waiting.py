"""Who is to be reminded when: set with every step a proposal takes, ended by the next."""

from chassis.run.timers import Timer, cancel_timers, set_timers
from services.proposal.domain.facts import Moment
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reminders import reminders
from services.proposal.domain.stages import Stage
from services.proposal.models import Proposal


def follow(
    proposal: Proposal, layanan: LayananDefinition, moment: Moment, *, came_from: Stage
) -> None:
    """Set the reminders of the stage a proposal came to; those of the stage before end.

    Of a draft nobody is reminded.
    """
    subject = f"proposal/{proposal.id}"
    if came_from is not Stage.DRAFT:
        cancel_timers(subject)
    set_timers(
        [
            Timer(each.kind, subject, each.at, {"stage": proposal.stage, **each.data})
            for each in reminders(layanan, Stage(proposal.stage), moment)
        ]
    )

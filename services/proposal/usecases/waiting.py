"""Who is to be reminded when: set with every step a proposal takes, ended by the next."""

from chassis.run.timers import cancel_timers, set_timer
from services.proposal.domain.facts import Moment
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reminders import reminders
from services.proposal.domain.stages import Stage
from services.proposal.models import Proposal


def follow(proposal: Proposal, layanan: LayananDefinition, moment: Moment) -> None:
    """Set the reminders of the stage a proposal came to; those of the stage before end."""
    subject = f"proposal/{proposal.id}"
    cancel_timers(subject)
    for reminder in reminders(layanan, Stage(proposal.stage), moment):
        set_timer(reminder.kind, subject, reminder.at, stage=proposal.stage, **reminder.data)

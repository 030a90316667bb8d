"""The HTTP API: one module per resource; it translates, and decides nothing."""

from services.proposal.api.alarms import blp as alarms
from services.proposal.api.calendar import blp as calendar
from services.proposal.api.decisions import blp as decisions
from services.proposal.api.documents import blp as documents
from services.proposal.api.inbox import blp as inbox
from services.proposal.api.layanan import blp as layanan
from services.proposal.api.numbers import blp as numbers
from services.proposal.api.proposals import blp as proposals
from services.proposal.api.status import blp as status

BLUEPRINTS = (
    *(layanan, proposals, documents, decisions, inbox),
    *(status, alarms, calendar, numbers),
)

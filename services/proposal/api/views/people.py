"""What clients get of somebody's open work."""

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.inbox import Counts


class OpenWorkView(Schema):
    """`as_decider` by stage; `without_decider` of these nobody else could decide."""

    as_applicant = fields.Integer(required=True)
    as_decider = fields.Nested(Counts, required=True)
    without_decider = fields.Integer(required=True)

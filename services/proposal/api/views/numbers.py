"""What an operator gets who looks a number up."""

from marshmallow import fields

from chassis.http.api import Schema


class NumberedProposal(Schema):
    """The id with which other services know the proposal, and since when there is one."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    region = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)

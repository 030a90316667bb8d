"""HTTP of documents: uploads and the owner's shelf, grants, and the receipt keys."""

from services.documents.api.documents import blp as documents
from services.documents.api.grants import blp as grants
from services.documents.api.receipt_keys import blp as receipt_keys

BLUEPRINTS = (documents, grants, receipt_keys)

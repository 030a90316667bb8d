"""The front door: route table, limits, merged OpenAPI and the first page. It knows no service."""

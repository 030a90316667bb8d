"""The public entry: routes, limits, merged OpenAPI and the first page. It knows no service."""

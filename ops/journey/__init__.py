"""`./simpul demo`: one proposal from filing to result, by a plain HTTP client."""

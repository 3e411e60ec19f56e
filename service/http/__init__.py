"""From an answer to an HTTP response, the same way for every route."""

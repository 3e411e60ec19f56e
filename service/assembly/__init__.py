"""The whole put together: the only place that knows stores, analyses, routes and middleware."""

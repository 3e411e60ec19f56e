"""The areas: read, checked, cached, generalised, looked up."""

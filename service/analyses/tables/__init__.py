"""Tables of an assessment: incidents counted along axes."""

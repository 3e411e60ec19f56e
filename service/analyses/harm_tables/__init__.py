"""Tables of harm: counts beside days, along one axis or two."""

"""Tables that analyses refer to besides incidents: measures, lookups, sites and more."""

"""Tables that analyses refer to besides incidents: measures, lookups, postcodes, sites."""

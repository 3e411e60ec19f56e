"""The harm of incidents, by an index of offences."""

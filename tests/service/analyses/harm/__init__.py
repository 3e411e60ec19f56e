"""The harm of incidents."""

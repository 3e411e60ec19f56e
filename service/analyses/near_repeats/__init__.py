"""Whether incidents repeat: Knox, near repeats, their zones, and crowded days."""

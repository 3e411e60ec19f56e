"""Risk flags: rules over several datasets and measures, area by area."""

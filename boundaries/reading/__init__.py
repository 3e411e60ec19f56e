"""Reading, checking and cleaning boundary files."""

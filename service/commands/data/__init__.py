"""Commands that import, derive and list data."""

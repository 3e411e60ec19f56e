"""The days that the records of a dataset cover."""

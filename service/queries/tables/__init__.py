"""Queries of the tables of an assessment."""

"""Queries of point patterns and of what is made from the places of incidents."""

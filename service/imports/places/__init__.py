"""Imports of what is where: a gazetteer, roads, and sets of places."""

"""Incidents of the demonstration county, a module for each kind."""

"""Postcode directories."""

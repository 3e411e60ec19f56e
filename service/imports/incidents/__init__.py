"""Incidents from CSV files and police.uk archives."""

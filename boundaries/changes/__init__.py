"""Lookups from one layer or vintage to another."""

"""Imports of the map behind the layers."""

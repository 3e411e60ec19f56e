"""Layers at rest."""

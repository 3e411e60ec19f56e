"""Renders released answers as bytes."""

"""Assessments: templates that are data, filled with released answers."""

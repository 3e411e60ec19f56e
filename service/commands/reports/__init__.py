"""Commands that make assessments."""

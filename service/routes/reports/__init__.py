"""Routes of assessments."""

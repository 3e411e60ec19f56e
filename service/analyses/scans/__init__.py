"""Scan statistics: the windows in space and time with more incidents than chance would give."""

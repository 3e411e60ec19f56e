"""Colours, legends, styles and pictures of maps."""

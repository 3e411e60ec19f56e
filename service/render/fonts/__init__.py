"""The typeface of everything printed, and its files."""

"""What is loaded, and where places are."""

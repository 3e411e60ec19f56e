"""What is near places: incidents around premises, stops or schools."""

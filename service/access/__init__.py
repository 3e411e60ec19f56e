"""The two gates, one before anything is looked up and one before anything becomes bytes."""

"""The synthetic demonstration county."""

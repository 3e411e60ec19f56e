"""Charts of steps in time: trends, process limits, levels, measures and forecasts."""

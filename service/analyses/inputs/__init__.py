"""What analyses start from: selected incidents, counts by area, denominators, neighbours."""

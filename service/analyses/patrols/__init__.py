"""Places for patrols: lists of hexagons, what they capture, and how well they look ahead."""

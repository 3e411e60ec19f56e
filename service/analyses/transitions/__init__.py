"""What became of hotspots: displaced, as before, or moved from class to class."""

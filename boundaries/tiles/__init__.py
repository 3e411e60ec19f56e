"""Areas in Web Mercator tiles, generalised for each zoom."""

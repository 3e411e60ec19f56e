"""Areas in Web Mercator tiles, generalised by zoom."""

"""Commands for point patterns and for what is made from the places of incidents."""

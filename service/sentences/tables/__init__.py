"""What tables of counts and measures say, by their kind, and the rules for what may be said."""

"""Who asks: keys, tokens of single sign-on, and sessions of browsers."""

"""One module per answer; no HTTP here."""

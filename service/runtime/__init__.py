"""How work is done: lanes, cancellation, caches, logs."""

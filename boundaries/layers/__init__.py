"""A boundary layer, and the checks it must pass."""

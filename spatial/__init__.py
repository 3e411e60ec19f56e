"""The numerics: arrays in, arrays out; no files, network, environment, clock or global state."""

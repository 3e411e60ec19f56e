"""From a released answer to bytes."""

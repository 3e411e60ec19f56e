"""From one layer or vintage to another."""

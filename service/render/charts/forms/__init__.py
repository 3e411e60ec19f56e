"""How charts of comparison are drawn: bars, dots, matrices, panels, pyramids and curves."""

"""Tables as text, spreadsheets and vector files."""

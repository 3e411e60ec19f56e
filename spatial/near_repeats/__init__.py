"""Do incidents repeat: pairs close in space and time, chains of them, and crowded days."""

"""Where the demonstration county is: its areas, places and residents, and what was published."""

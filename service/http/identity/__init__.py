"""Who asks: found before anything else is done with a request, and in no answer to others."""

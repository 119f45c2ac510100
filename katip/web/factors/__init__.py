"""Second steps on the pages: signing in by them, setting them up, changing them."""

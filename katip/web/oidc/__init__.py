"""Coming in by another house: sent to a provider, led back, and what is said to whoever is not let in."""

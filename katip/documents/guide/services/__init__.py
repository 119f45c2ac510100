"""Writes: making and closing the link of a guide."""

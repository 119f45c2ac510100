"""Applying to be verified face to face; the officer's desk; the supervisor's second look."""

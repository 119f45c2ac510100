"""Runs: reading many rows together, confirming them once, and seeing what came of each."""

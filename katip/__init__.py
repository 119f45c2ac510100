"""Katip: an open, self-hosted register of occupational health and safety service contracts."""

__version__ = "0.1.0"

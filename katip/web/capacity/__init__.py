"""Whose minutes are taken by what: the provider's board, and the professional's own page."""

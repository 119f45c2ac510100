"""Carrying a month's plan out: versions, processes, ends and changes written by set, in the caller's transaction.

`updates` plans and calls; nothing here knows of feeds or chunks beyond their numbers.
"""

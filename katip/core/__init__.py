"""The kernel: actor, use case, clock, settings from the environment, Turkish text, embedded PostgreSQL.

Knows no noun of the domain; every room above may import it.
"""

"""A believable country of any size, the same for the same seed on every machine.

    from katip.demo.country.load import country_load

    country_load(connection, *, workplaces, seed=7, period=date(2026, 10, 1), folder=None, progress=None, whole=False)

makes it in a migrated database, through a psycopg connection (`django.db.connection.connection` after
`ensure_connection()`; inside a test's transaction it is rolled back with it), and returns a `Country`. `katip demo
country` makes one in a folder of its own. Everybody and everything in it is invented.
"""

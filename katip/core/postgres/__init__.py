"""The embedded PostgreSQL: a database that comes with Katip, needs no installation and no root.

    with server_start(Path("var/katip")) as server:
        psycopg.connect(**server.dsn("application"))

Three logins: `owner` migrates and owns; `application` is the web processes', which see only what the one who acts may
see; `work` is every other process's. An operator with a PostgreSQL of their own does not need this package. Does not
know Django.
"""

from katip.core.postgres.errors import PostgresError
from katip.core.postgres.logins import Login
from katip.core.postgres.server import Address, Dsn, Server, server_find, server_remove, server_start

__all__ = ["Address", "Dsn", "Login", "PostgresError", "Server", "server_find", "server_remove", "server_start"]

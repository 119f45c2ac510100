"""The logins of the embedded cluster and the roles they take on: made where they are missing, at every start."""

from collections.abc import Mapping
from typing import Any, Literal

import psycopg
from psycopg import sql

Login = Literal["owner", "application", "work"]

DATABASE = "katip"
ADMIN = "katip_admin"
LOGINS: dict[Login, str] = {"owner": "katip_owner", "application": "katip_app", "work": "katip_work"}
_OPTIONS: dict[Login, str] = {"owner": "CREATEDB", "application": "NOINHERIT", "work": "BYPASSRLS"}
"""the house sees every row, and loads many at once by COPY, which policies would not allow"""
ACTING = ("katip_party", "katip_official")
"""Roles without a login, taken on for one transaction by whoever acts (`katip.core.rows`)."""


def logins_make(admin: Mapping[str, Any], passwords: Mapping[str, str]) -> None:
    """Make the logins, the roles and the database where they are missing; also proves that we can sign in."""
    with psycopg.connect(**admin, autocommit=True, connect_timeout=10) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for login, role in LOGINS.items():
            if role not in known:
                _login_make(connection, login, passwords[role])
        for role in ACTING:
            if role not in known:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        _memberships_give(connection)
        database = sql.Identifier(DATABASE)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, sql.Identifier(LOGINS["owner"])))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(database, *_logins()))


def _login_make(connection: psycopg.Connection[Any], login: Login, password: str) -> None:
    role = LOGINS[login]
    options = sql.SQL(_OPTIONS[login])
    # Hashed here, so that the password itself is never in a statement, thus never in the log.
    secret = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(sql.Identifier(role), options, secret))


def _memberships_give(connection: psycopg.Connection[Any]) -> None:
    """Let the logins take the roles on; NOINHERIT: no right of a role is theirs before they do.

    From PostgreSQL 16 on the attribute is read when a membership is given: it stands before.
    """
    application, work = _logins()
    party, official = (sql.Identifier(role) for role in ACTING)
    connection.execute(sql.SQL("ALTER ROLE {} NOINHERIT").format(application))
    connection.execute(sql.SQL("ALTER ROLE {} INHERIT BYPASSRLS").format(work))
    # A month's plan asks since when somebody writes; other logins' sessions do not show it otherwise.
    connection.execute(sql.SQL("GRANT pg_read_all_stats TO {}").format(work))
    for role, member in ((party, work), (official, work), (party, application), (official, application)):
        connection.execute(sql.SQL("GRANT {} TO {}").format(role, member))
    connection.execute(sql.SQL("GRANT {} TO {}").format(work, application))


def _logins() -> tuple[sql.Identifier, sql.Identifier]:
    return sql.Identifier(LOGINS["application"]), sql.Identifier(LOGINS["work"])

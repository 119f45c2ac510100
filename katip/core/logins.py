"""The names of the application's logins and of the roles that they take on.

The roles derive from the name of the web processes' login, so that several installations can share a server.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Logins:
    """`application` and `work` can sign in; `party` and `official` are taken on for one transaction."""

    application: str
    """the web processes': outside a declared actor it sees what the door needs"""
    work: str
    """every other process's: the operator's commands, the sweep, hands, senders; the house itself"""
    party: str
    """someone in their own name, for a workplace or a provider"""
    official: str


def logins_named(application: str, work: str = "") -> Logins:
    """The names that belong to the web processes' login; `work` where the other login was named differently."""
    stem = application.removesuffix("_app")
    return Logins(application, work or f"{stem}_work", f"{stem}_party", f"{stem}_official")


def sql_for(logins: Logins) -> str:
    """What a server's administrator runs once, before `katip migrate`, where the server is not the embedded one."""
    return f"""\
ALTER ROLE {logins.application} NOINHERIT;
CREATE ROLE {logins.work} LOGIN PASSWORD '…';
ALTER ROLE {logins.work} INHERIT BYPASSRLS;
GRANT pg_read_all_stats TO {logins.work};
CREATE ROLE {logins.party} NOLOGIN;
CREATE ROLE {logins.official} NOLOGIN;
GRANT {logins.party}, {logins.official} TO {logins.application}, {logins.work};
GRANT {logins.work} TO {logins.application};
"""

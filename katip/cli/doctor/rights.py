"""The logins' rights: exactly those that the tables state, and no way around them."""

from collections.abc import Iterator
from dataclasses import astuple

from django.conf import settings
from django.db import connection

from katip.core.environment import Environment
from katip.core.finding import Finding, fine, problem, warning

_SHOWN = 3
_MIGRATE = "katip migrate, as the owner"


def rights_look(environment: Environment) -> Iterator[Finding]:
    """The rights of the logins."""
    from katip.core.grants import grants_wanted

    for login in _logins(environment):
        yield from _power(login)
        held = _held(login)
        wanted = {table: {*rights.split(", ")} for table, rights in grants_wanted().items()}
        missing = sorted(table for table, rights in wanted.items() if rights - held.get(table, set()))
        more = sorted(table for table, rights in held.items() if rights - wanted.get(table, set()))
        if missing:
            yield problem(f"{login} lacks rights on {_some(missing)}", "Pages and jobs fail there.", _MIGRATE)
        if more:
            yield warning(
                f"{login} has more rights than are stated on {_some(more)}",
                "What must never be changed could be.",
                f"{_MIGRATE}; after a change of version with --finish",
            )
        if not missing and not more:
            yield fine(f"{login} has the rights that the tables state, and no others")


def _logins(environment: Environment) -> list[str]:
    """Those by which the product works, as far as addresses name them."""
    from katip.cli.doctor.server import addresses

    named = [str(one["user"]) for name, one in addresses(environment).items() if "OWNER" not in name and "user" in one]
    held = getattr(settings, "KATIP_LOGINS", None)  # and the roles that they take on
    return sorted({*named, str(connection.settings_dict["USER"]), *(astuple(held) if held else ())})


def _power(login: str) -> Iterator[Finding]:
    """Ways around the database's own locks; the house's own login alone has one, and needs it."""
    named = getattr(settings, "KATIP_LOGINS", None)
    is_work = named is not None and login == named.work
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, EXISTS (SELECT FROM pg_class WHERE relowner = here.oid "
            "AND relnamespace = 'public'::regnamespace), EXISTS (SELECT FROM pg_roles AS other "
            "WHERE other.rolname = ANY(%s) AND other.oid <> here.oid AND pg_has_role(here.oid, other.oid, 'USAGE')), "
            "pg_has_role(here.oid, 'pg_read_all_stats', 'USAGE') "
            "FROM pg_roles AS here WHERE rolname = %s",
            [list(astuple(named)) if named else [], login],
        )
        is_super, bypasses, owns, inherits, sees_sessions = cursor.fetchone() or (False,) * 5
    if is_super or owns or (bypasses and not is_work):
        why = "is a superuser" if is_super else "owns tables" if owns else "may pass row-level security"
        yield problem(
            f"{login} {why}",
            "The database's own locks do not hold for it: a fault of a page could show everything.",
            "Give the product logins of its own, apart from the owner's (docs/operations.md, The database).",
        )
    if is_work and not bypasses:
        yield problem(
            f"{login} may not pass row-level security",
            "It is the house itself: imports and months, which read and write whole tables, are refused.",
            f"As the server's administrator: ALTER ROLE {login} BYPASSRLS",
        )
    if is_work and not sees_sessions:
        yield problem(
            f"{login} does not see what other logins and standby servers do",
            "A month's plan asks since when others write, and is refused; how far standby servers are behind is told "
            "by no figure.",
            f"As the server's administrator: GRANT pg_read_all_stats TO {login}",
        )
    if inherits and not is_super and not is_work:
        yield problem(
            f"{login} inherits what the roles may that it takes on",
            "It sees everybody's rows where nobody has said who acts.",
            f"As the server's administrator: ALTER ROLE {login} NOINHERIT",
        )


def _held(login: str) -> dict[str, set[str]]:
    """Table → rights that were given to the login itself, or to everybody."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, array_agg(DISTINCT given.privilege_type)
            FROM pg_class, aclexplode(relacl) AS given
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
              AND (given.grantee = 0 OR given.grantee = (SELECT oid FROM pg_roles WHERE rolname = %s))
              AND relowner <> given.grantee
            GROUP BY relname
            """,
            [login],
        )
        return {table: set(rights) for table, rights in cursor.fetchall()}


def _some(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")

"""The logins' rights: exactly those that the tables state, and no way around them."""

from collections.abc import Iterator

from django.db import connection

from katip.cli.doctor.finding import Finding, fine, problem, warning
from katip.core.environment import Environment

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
    return sorted({*named, str(connection.settings_dict["USER"])})


def _power(login: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid "
            "AND relnamespace = 'public'::regnamespace) FROM pg_roles WHERE rolname = %s",
            [login],
        )
        is_super, bypasses, owns = cursor.fetchone() or (False, False, False)
    if is_super or bypasses or owns:
        why = "is a superuser" if is_super else "may pass row-level security" if bypasses else "owns tables"
        yield problem(
            f"{login} {why}",
            "The database's own locks do not hold for it: a fault of a page could show everything.",
            "Give the product a login of its own, apart from the owner's (docs/operations.md, The database).",
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

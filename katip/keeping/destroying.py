"""The one function by which data are destroyed: the owner's, callable by the application, doing only what is due.

The application's login has no right to delete most rows, and none to erase an event's detail. `keeping_destroy` has
(`SECURITY DEFINER`), for the rules of the table and by the server's own clock: who holds the application's login can
bring nothing to an end before its time. It writes down in the same transaction what it destroyed.
"""

import hashlib

from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction

from katip.identity.models import Person
from katip.keeping.statements import COMES_ALONG, STATEMENTS, person_statement
from katip.rules.retention import span_of
from katip.rules.retention_kept import RULES

LARGEST = 100_000
"""rows of one call"""
SIGNATURE = "keeping_destroy(text, timestamptz, integer)"

_FUNCTION = """
CREATE OR REPLACE FUNCTION keeping_destroy(
    wanted text, given timestamptz, largest integer, OUT done integer, OUT more boolean, OUT cut timestamptz
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'Europe/Istanbul'
AS $function$
DECLARE
    moment timestamptz := least(given, clock_timestamp());
    most integer := greatest(1, least(largest, {largest}));
    gone bigint[]; processes bigint[]; reached bigint; upto bigint; found integer;
BEGIN
    done := 0;
    PERFORM pg_advisory_xact_lock(hashtext('keeping_destroy'));
    CASE wanted
{cases}
    ELSE RAISE EXCEPTION 'no rule destroys %', wanted USING ERRCODE = 'invalid_parameter_value';
    END CASE;
    more := coalesce(more, done >= most);
    IF done > 0 THEN
        INSERT INTO keeping_destruction (rule, rows, until, at) VALUES (wanted, done, cut, moment);
    END IF;
END
$function$
"""


def spans() -> dict[str, str]:
    """The rules that are carried out, by code, each with its interval as PostgreSQL reads it."""
    found = {rule.code: span_of(rule, settings.KATIP.keep) for rule in RULES}
    return {code: span.interval for code, span in found.items() if span is not None}


def function_text() -> str:
    """The function as the table and the operator's setting want it."""
    statements = {**STATEMENTS, "person": person_statement(_naming_people())}
    cases = "\n".join(
        f"    WHEN '{code}' THEN cut := moment - interval '{interval}'; {statements[code]}"
        for code, interval in spans().items()
    )
    return _FUNCTION.format(largest=LARGEST, cases=cases)


def function_hash() -> str:
    """By which it is known whether the database has this very function."""
    return hashlib.sha256(function_text().encode()).hexdigest()


def function_write() -> None:
    """Write the function as the owner, and let the house call it, nobody else."""
    owner = connections["owner"]
    work = owner.ops.quote_name(settings.KATIP_LOGINS.work)
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute(function_text().replace("%", "%%"), [])
        cursor.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {work}")
        cursor.execute(f"COMMENT ON FUNCTION {SIGNATURE} IS '{function_hash()}'")


def right_due(using: str) -> list[str]:
    """The function, where the web processes' login still has the right to call it, from a version before."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc, aclexplode(proacl) AS given JOIN pg_roles ON pg_roles.oid = given.grantee"
            " WHERE pg_proc.oid = to_regprocedure(%s) AND rolname = %s",
            [SIGNATURE, settings.KATIP_LOGINS.application],
        )
        return [name for (name,) in cursor.fetchall()]


def right_take(using: str) -> None:
    """Leave the right to the house alone: once no process of that version runs."""
    if right_due(using):
        login = connections[using].ops.quote_name(settings.KATIP_LOGINS.application)
        with connections[using].cursor() as cursor:
            cursor.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM {login}")


def function_is_current() -> bool:
    """Whether the database destroys by this version's table and by the setting as it is now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regprocedure(%s), 'pg_proc')", [SIGNATURE])
        row = cursor.fetchone()
    return bool(row and row[0] == function_hash())


def _naming_people() -> list[tuple[str, str]]:
    """Every column that names a person, by what the models say."""
    return sorted(
        (model._meta.db_table, str(field.column))  # noqa: SLF001 -- Django's public API
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001 -- as above
        if field.is_relation and field.related_model is Person and model._meta.db_table not in COMES_ALONG  # noqa: SLF001 -- as above
    )

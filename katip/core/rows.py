"""Row-level security, the second lock: which rows whoever acts may see, stated beside each model.

The application asks whether somebody may (the first lock); PostgreSQL shows each role its rows alone, whatever is
asked. A party (someone in their own name, for a workplace or a provider) sees by the transaction-local settings of
`katip.core.usecase`; officials and the house itself have roles of their own with a plain policy, because an OR over
roles would cost every search its index. Outside a declared actor the web processes' login sees what the door needs.
"""

from dataclasses import asdict, astuple, dataclass
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

from katip.core.logins import Logins, sql_for

ME = "(SELECT nullif(current_setting('katip.person', true), '')::bigint)"
"""Policies: the acting person's id. A setting read outside its transaction is an empty string, which is nobody.
In parentheses with SELECT, as the following, so that it is read once for each statement and not for each row."""


def _list(setting: str) -> str:
    return f"ANY ((SELECT coalesce(nullif(current_setting('{setting}', true), ''), '{{}}')::bigint[])::bigint[])"


MY_WORKPLACES = _list("katip.workplaces")
"""Policies: `workplace_id = {MY_WORKPLACES}`, those whose e-Bildirge user the person is on the day of the act."""
MY_PROVIDERS = _list("katip.providers")
"""Policies: `provider_id = {MY_PROVIDERS}`, those whose responsible manager the person is on the day of the act."""
MY_PROFESSIONAL = "(SELECT nullif(current_setting('katip.professional', true), '')::bigint)"
"""Policies: the id of the person as a professional."""
ALL = "true"
NONE = "false"


def seen_with(table: str, column: str) -> str:
    """Policies: whoever sees the row of `table` that `column` names.

    Asked row by row, each by its key: without OFFSET 0, PostgreSQL might read all of that table first.
    """
    return f"EXISTS (SELECT FROM {table} AS one WHERE one.id = {column} OFFSET 0)"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table, as SQL expressions over its columns.

    `party`: what a party sees and changes. `written`: what a party may write, where it differs (an insert-only table
    whose rows are seen by another relation). `door`: what the web processes' login sees while nobody acts, and
    `door_written` what it may write, where it differs.
    """

    party: str
    written: str = ""
    door: str = NONE
    door_written: str = ""


FOREIGN: dict[str, Rows] = {
    "account_emailaddress": Rows(f"user_id = {ME}", door=ALL),
    "account_emailconfirmation": Rows(NONE, door=ALL),
    "mfa_authenticator": Rows(f"user_id = {ME}", door=ALL),
    "usersessions_usersession": Rows(f"user_id = {ME}", door=ALL),
    "django_session": Rows(ALL, door=ALL),
}
"""Tables of libraries. A session is found by whoever has its key, and by nothing else; what lies in it is sealed."""


class RolesMissingError(Exception):
    """The server lacks roles that only its administrator can make; the message says how."""


_functions: dict[str, str] = {}


def function_register(signature: str, text: str) -> None:
    """Have an SQL function written before the policies that call it: by a room that knows how tables hang together.

    `text` is what stands behind CREATE FUNCTION and the signature with its parameters' names. It runs as the owner,
    who sees every row, with a search path of its own; only the application may call it.
    """
    _functions[signature] = text


def roles_require(using: str, logins: Logins | None = None) -> None:
    """Raise `RolesMissingError` unless the server has the logins, the roles, and the right to take them on."""
    logins = logins or settings.KATIP_LOGINS
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (VALUES (%(application)s, %(party)s), (%(application)s, %(official)s),
                (%(application)s, %(work)s), (%(work)s, %(party)s), (%(work)s, %(official)s)) AS asked (member, taken)
            JOIN pg_roles AS member ON member.rolname = asked.member
            JOIN pg_roles AS taken ON taken.rolname = asked.taken
            WHERE pg_has_role(member.oid, taken.oid, 'MEMBER')
              AND (taken.rolname <> %(work)s OR taken.rolbypassrls)
              AND (taken.rolname <> %(work)s OR pg_has_role(taken.oid, 'pg_read_all_stats', 'USAGE'))
            """,
            asdict(logins),
        )
        if cursor.fetchone() != (5,):
            raise RolesMissingError(f"Have the server's administrator run, once:\n{sql_for(logins)}")


def rows_wanted() -> dict[str, Rows]:
    """Table → its rows; tables that state none are everybody's who has a grant."""
    wanted = dict(FOREIGN)
    for model in apps.get_models():
        rows = getattr(model, "visible", None)
        if isinstance(rows, Rows):
            wanted[model._meta.db_table] = rows  # noqa: SLF001 -- Django's public API
    return wanted


class _Policy(NamedTuple):
    """One policy as it is compared with the catalogue, by name and text."""

    name: str
    role: str
    using: str
    check: str


DEFINER = "STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp"


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which a party comes to see something: `query`, an SQL SELECT, has a row where it is so.

    In it stand `asked`, and who asks: `me`, `workplaces`, `providers`, `professional`. `by` names the one of the last
    three without which it leads nowhere and is not asked at all; of workplaces also whether they are few or many.
    """

    query: str
    by: str = ""


FEW = 10
"""so few workplaces that all of their contracts are sooner read than what a stranger to them signed"""
_HAS = {
    "": "true",
    "workplaces": "cardinality(workplaces) > 0",
    "few workplaces": f"cardinality(workplaces) BETWEEN 1 AND {FEW}",
    "many workplaces": f"cardinality(workplaces) > {FEW}",
    "providers": "cardinality(providers) > 0",
    "professional": "professional IS NOT NULL",
}


def function_sees(name: str, *ways: Way) -> None:
    """Register `name(asked bigint) → boolean`: whether a party may see what it names, over tables hidden from them.

    The ways are tried in their order until one leads there: each a statement of its own, planned once for a connection
    and for any values. One statement of all of them would be opened whole for each row, and planned anew, which takes
    longer than to run it.
    """
    tried = "\n".join(
        f"    IF {_HAS[way.by]} THEN\n        IF EXISTS ({way.query}) THEN RETURN true; END IF;\n    END IF;"
        for way in ways
    )
    text = f"""{name}(asked bigint) RETURNS boolean LANGUAGE plpgsql STRICT {DEFINER}
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
    me bigint := {ME};
    professional bigint := {MY_PROFESSIONAL};
    workplaces bigint[] := coalesce(nullif(current_setting('katip.workplaces', true), ''), '{{}}')::bigint[];
    providers bigint[] := coalesce(nullif(current_setting('katip.providers', true), ''), '{{}}')::bigint[];
BEGIN
{tried}
    RETURN false;
END
$function$"""
    function_register(f"{name}(bigint)", text)


def _judged(expression: str) -> str:
    """The expression in a form by which no index is chosen, and that the planner takes to be true for nearly every row.

    The queries say themselves whose rows they want. An OR of what a party may see at all would be read by as many
    indexes, and the rows guessed too few: a page of fifty would read everything that its reader has.
    """
    return expression if expression in {ALL, NONE} else f"CASE WHEN {expression} THEN 1 ELSE 0 END <> 0"


def _policies(rows: Rows, logins: Logins) -> list[_Policy]:
    policies = [
        _Policy("rows_work", logins.work, ALL, ALL),
        _Policy("rows_official", logins.official, ALL, ALL),
        _Policy("rows_party", logins.party, _judged(rows.party), rows.written or rows.party),
    ]
    if rows.door != NONE or rows.door_written:
        policies.append(_Policy("rows_door", logins.application, rows.door, rows.door_written or rows.door))
    return policies


BEFORE = "_before"
"""Ends the name of a policy of the version before, which stays beside the new one until that version is finished."""


def rows_apply(using: str, logins: Logins | None = None, *, exact: bool = True) -> None:
    """Write the functions and, where they differ, the policies; run as the owner. They bind once they are enabled.

    Not `exact`, while the version before serves: its own policies stay beside those that replace them, so that both
    versions see what they need; a table's rows are those of either. A table is locked for its own short transaction,
    in which it has the one or the other, and only where something changes.
    """
    logins = logins or settings.KATIP_LOGINS
    connection: Any = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        roles = ", ".join(connection.ops.quote_name(name) for name in dict.fromkeys(astuple(logins)))
        for signature, text in _functions.items():
            cursor.execute(f"CREATE OR REPLACE FUNCTION {text}", None)
            cursor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC", None)
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {roles}", None)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT polrelid::regclass::text, json_object_agg(polname, obj_description(oid, 'pg_policy'))"
            " FROM pg_policy GROUP BY polrelid"
        )
        known: dict[str, dict[str, str]] = dict(cursor.fetchall())
    for table, rows in rows_wanted().items():
        policies = {policy.name: _text(policy) for policy in _policies(rows, logins)}
        found = known.pop(table, {})
        if policies != {name: text for name, text in found.items() if exact or not name.endswith(BEFORE)}:
            _write(connection, using, table, _policies(rows, logins), kept={} if exact else found)
    for table in known:
        _write(connection, using, table, [], kept={})
    if exact:
        _forgotten_drop(connection, using)


_OURS = "^katip_(sees|knows)_"
"""how the functions are called that policies ask; others are nobody's here"""


def _forgotten_drop(connection: Any, using: str) -> None:
    """Drop the functions that no version which still runs asks: they see every row, and nobody reads them any more."""
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prosecdef AND proname ~ %s",
            [_OURS],
        )
        for (signature,) in cursor.fetchall():
            if signature not in _functions:
                cursor.execute(f"DROP FUNCTION {signature}", None)


def _text(policy: _Policy) -> str:
    """What the policy's comment says of it: the catalogue would give the expressions back in words of its own."""
    return " | ".join(policy)


def _write(connection: Any, using: str, table: str, policies: list[_Policy], *, kept: dict[str, str]) -> None:
    """Replace the table's policies; those `kept`, name → text, stay under another name where one says else."""
    quote = connection.ops.quote_name
    wanted = {policy.name: _text(policy) for policy in policies}
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = to_regclass(%s)", [table])
        for (name,) in cursor.fetchall():
            if name.endswith(BEFORE) and name in kept:
                continue
            if name in kept and name + BEFORE not in kept and kept[name] != wanted.get(name):
                cursor.execute(f"ALTER POLICY {quote(name)} ON {quote(table)} RENAME TO {quote(name + BEFORE)}", None)
            else:
                cursor.execute(f"DROP POLICY {quote(name)} ON {quote(table)}", None)
        for policy in policies:
            cursor.execute(
                f"CREATE POLICY {policy.name} ON {quote(table)} TO {quote(policy.role)}"
                f" USING ({policy.using}) WITH CHECK ({policy.check})",
                None,
            )
            escaped = _text(policy).replace("'", "''")
            cursor.execute(f"COMMENT ON POLICY {policy.name} ON {quote(table)} IS '{escaped}'", None)
        if not policies:  # enabled without any, it would show nobody a row
            cursor.execute(f"ALTER TABLE {quote(table)} DISABLE ROW LEVEL SECURITY", None)


def rows_due(using: str) -> list[str]:
    """The tables whose policies do not bind yet, or not alone: those of the version before stand beside them."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)"
            " AND (NOT relrowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid"
            " AND polname LIKE %s)) ORDER BY relname",
            [list(rows_wanted()), f"rows%{BEFORE}"],
        )
        return [name for (name,) in cursor.fetchall()]


def rows_enable(using: str) -> None:
    """Make the policies bind everybody but the owner: once no process runs that does not say who acts.

    Those of the version before, which are needed no more, are dropped.
    """
    connection: Any = connections[using]
    quote = connection.ops.quote_name
    for table in rows_due(using):
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute(
                "SELECT polname FROM pg_policy WHERE polrelid = to_regclass(%s) AND polname LIKE %s",
                [table, f"rows%{BEFORE}"],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP POLICY {quote(name)} ON {quote(table)}", None)
            cursor.execute(f"ALTER TABLE {quote(table)} ENABLE ROW LEVEL SECURITY", None)

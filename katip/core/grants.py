"""What the application may do with each table: stated beside each model, applied after every migration."""

from dataclasses import astuple
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

FOREIGN = {
    "account_emailaddress": "SELECT",
    "account_emailconfirmation": "SELECT",
    "auth_group": "SELECT",
    "auth_group_permissions": "SELECT",
    "auth_permission": "SELECT",
    "cache_entry": "SELECT, INSERT, UPDATE, DELETE",
    "django_content_type": "SELECT",
    "django_migrations": "SELECT",
    "django_session": "SELECT, INSERT, UPDATE, DELETE",
    "mfa_authenticator": "SELECT, INSERT, UPDATE, DELETE",
    "procrastinate_events": "SELECT, INSERT",
    "procrastinate_jobs": "SELECT, INSERT, UPDATE, DELETE",
    "procrastinate_periodic_defers": "SELECT, INSERT, UPDATE, DELETE",
    "procrastinate_workers": "SELECT, INSERT, UPDATE, DELETE",
    "usersessions_usersession": "SELECT, INSERT, UPDATE, DELETE",
}
"""Tables of libraries. Sessions and cache entries expire, second steps are replaced, jobs get done: rows go there."""


def grants_wanted() -> dict[str, str]:
    """Table → privileges. Raises `AttributeError` for a model of ours that states none."""
    wanted = dict(FOREIGN)
    for model in apps.get_models():
        if model.__module__.startswith("katip."):
            wanted[model._meta.db_table] = model.grants  # type: ignore[attr-defined] # noqa: SLF001 -- the attribute is the point; _meta is Django's public API
    return wanted


def grants_apply(using: str, *, exact: bool = True) -> None:
    """Give the logins and the roles they take on what is wanted, on every table there is; run as the owner.

    All of them the same: which *rows* of a table one sees says `katip.core.rows`. Without `exact` nothing is taken
    away: the version before may still serve, and need it.
    """
    connection: Any = connections[using]
    quote = connection.ops.quote_name
    roles = ", ".join(quote(name) for name in dict.fromkeys(astuple(settings.KATIP_LOGINS)))
    with transaction.atomic(using=using), connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        wanted = grants_wanted()
        # Imports stage their lines in a temporary table.
        database = quote(connection.settings_dict["NAME"])
        cursor.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {roles}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {roles}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {roles}")
        for table in tables:
            if exact:
                cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {roles}")
            if table in wanted:
                cursor.execute(f"GRANT {wanted[table]} ON {quote(table)} TO {roles}")

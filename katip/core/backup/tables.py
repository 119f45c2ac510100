"""Which rows of which tables stand in a backup.

All of a table, unless something is said here or beside its model (`backup_where`, SQL). Left out is what is worth
nothing on another day (sessions, caches) and what would act a second time (a message that waits to be sent).
"""

from dataclasses import dataclass, field

from django.apps import apps
from django.db import connections

from katip.core.grants import FOREIGN

EMPTY = "false"
"""the condition under which no row of a table stands in a backup"""
MARKER = "katip_restore"
"""the table that stands in a database while something is loaded into it (`target`)"""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows (an SQL condition), and what stands in for a column (column → SQL expression)."""

    where: str = ""
    instead: dict[str, str] = field(default_factory=dict)


LIBRARIES = {
    "cache_entry": Rule(EMPTY),
    "django_session": Rule(EMPTY),
    "usersessions_usersession": Rule(EMPTY),
    "procrastinate_events": Rule(EMPTY),
    "procrastinate_periodic_defers": Rule(EMPTY),
    "procrastinate_workers": Rule(EMPTY),
    # A job is a call to work, whose truth lies in tables of ours: called again it does nothing twice. The hand that had
    # one in work is not there any more.
    "procrastinate_jobs": Rule(
        "status IN ('todo', 'doing')", {"status": "'todo'", "worker_id": "NULL", "abort_requested": "false"}
    ),
}


def rules() -> dict[str, Rule]:
    """The rules that there are: table → rule."""
    stated = {
        model._meta.db_table: Rule(model.backup_where)  # noqa: SLF001 -- _meta is Django's public API
        for model in apps.get_models()
        if hasattr(model, "backup_where")
    }
    return LIBRARIES | stated


def tables_known() -> set[str]:
    """Every table that a migration of this program makes, whether it is there or not."""
    return set(connections["owner"].introspection.django_table_names(include_views=False)) | FOREIGN.keys()

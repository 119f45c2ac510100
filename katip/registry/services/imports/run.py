"""`list_import`: bring in one of the operator's lists, and record that it was."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from katip.audit.services.record import Happening
from katip.audit.services.record import record as audit_record
from katip.core.actor import Actor
from katip.core.imports import ImportResult, ImportSpec, import_file
from katip.core.imports.reader import Progress
from katip.identity.services.people_import import PEOPLE
from katip.registry.models import ImportRun
from katip.registry.services.imports.activities import ACTIVITIES
from katip.registry.services.imports.leave_days import LEAVE_DAYS
from katip.registry.services.imports.mandates import MANDATES
from katip.registry.services.imports.officials import OFFICIALS
from katip.registry.services.imports.payments import PAYMENTS
from katip.registry.services.imports.professionals import PROFESSIONALS
from katip.registry.services.imports.providers import PROVIDERS
from katip.registry.services.imports.staff import STAFF
from katip.registry.services.imports.workplaces import WORKPLACES

SPECS: Mapping[str, ImportSpec] = {
    spec.kind: spec
    for spec in (
        PEOPLE,
        ACTIVITIES,
        WORKPLACES,
        PROVIDERS,
        PROFESSIONALS,
        STAFF,
        MANDATES,
        OFFICIALS,
        PAYMENTS,
        LEAVE_DAYS,
    )
}
"""The lists by kind, in the order in which a new register takes them: each after those that it refers to."""


def list_import(
    *, kind: str, path: Path, actor: Actor, at: datetime, progress: Progress | None = None, limit: int = 20
) -> ImportResult:
    """Bring the register to what the file says, and record the run, one transaction for all.

    Raises `katip.core.imports.ImportFailedError`, with nothing changed, when the file has any fault.
    """

    def record(result: ImportResult) -> None:
        counts = {"rows": result.rows, "inserted": result.inserted, "updated": result.updated}
        run = ImportRun.objects.create(kind=kind, at=at, file_hash=result.file_hash, **counts)
        detail = {**counts, "file_hash": result.file_hash}
        audit_record(actor, at, Happening(f"registry:{kind}:imported", run.pk, detail))

    return import_file(SPECS[kind], path, actor=actor, at=at, record=record, progress=progress, limit=limit)
